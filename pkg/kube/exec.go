package kube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/remotecommand"
	utilexec "k8s.io/client-go/util/exec"
	"k8s.io/kubectl/pkg/cmd/util/podcmd"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
)

// Exec runs a command in a container of a pod, "" for its default one, until it
// ends or the context does. Both of its outputs go to out. The error of a
// command that ended with another code than 0 is an [ExitCode].
func (c *Client) Exec(ctx context.Context, name, container string, command []string, out io.Writer) error {
	ctx = c.conn.Quiet(ctx)
	pod, err := transport.Again(ctx, func(ctx context.Context) (*corev1.Pod, error) {
		return c.conn.Pods(c.Namespace).Get(ctx, name, metav1.GetOptions{})
	})
	if err != nil {
		return c.conn.Explain(err, "get", "pods", name)
	}
	if container == "" {
		// As kubectl exec picks it: what the pod's annotation names, or the first.
		found, err := podcmd.FindOrDefaultContainerByName(pod, "", true, nil)
		if err != nil {
			return err
		}
		container = found.Name
	}
	url := c.conn.Core.Post().Namespace(c.Namespace).Resource("pods").Name(name).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{
			Container: container, Command: command, Stdout: true, Stderr: true,
		}, c.conn.Parameters).URL()
	// By WebSocket, with GET: servers from 1.30 on take it.
	executor, err := remotecommand.NewWebSocketExecutor(c.conn.Config, "GET", url.String())
	if err != nil {
		return err
	}
	one := &locked{out: out}
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: one, Stderr: one})
	var exit utilexec.CodeExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &exit):
		return ExitCode(exit.Code)
	}
	// The connection is not made then, and the server's words are all there is:
	// about get they are as ever, about create, which it asks for in the second
	// place, there are none.
	switch words := strings.TrimSpace(err.Error()); {
	case strings.Contains(words, `cannot get resource "pods/exec"`):
		return c.conn.Denied(err, "get", "pods/exec")
	case strings.HasSuffix(words, "is forbidden:"), strings.Contains(words, `cannot create resource "pods/exec"`):
		return c.conn.Denied(err, "create", "pods/exec")
	}
	return c.conn.Explain(err, "create", "pods/exec", "")
}

// ExitCode is the error of a command in a container that ended with another code than 0.
type ExitCode int

func (c ExitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// ExitStatus is the code.
func (c ExitCode) ExitStatus() int { return int(c) }

// locked is a writer for both outputs, each of which has a goroutine of its own.
type locked struct {
	mu  sync.Mutex
	out io.Writer
}

// Write writes when nobody else does.
func (l *locked) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(text)
}
