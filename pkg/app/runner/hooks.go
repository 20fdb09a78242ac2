package runner

import (
	"bytes"
	"context"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/process"
)

// hooks runs the commands of a plan's steps.
type hooks struct{ client *kube.Client }

// RunHook runs one in its pod or on this machine.
func (h hooks) RunHook(ctx context.Context, hook plan.Hook, say func(string)) error {
	out := &lineWriter{say: say}
	defer out.end()
	if hook.Exec {
		return h.client.Exec(ctx, hook.Pod, hook.Container, inPod(hook), out)
	}
	return process.Run(ctx, hook.Command, hook.Env(), out)
}

// inPod is the command line for a container. The API has no environment for it;
// names of objects need no quotes, but lists of them do.
func inPod(hook plan.Hook) []string {
	env := hook.Env()
	for i, one := range env {
		if strings.Contains(one, " ") {
			env[i] = "'" + one + "'"
		}
	}
	return []string{"sh", "-c", "export " + strings.Join(env, " ") + "; " + hook.Command}
}

// lineWriter says each line that is written to it.
type lineWriter struct {
	say  func(string)
	rest []byte
}

// Write keeps what is no whole line yet. One that is very long is broken.
func (w *lineWriter) Write(text []byte) (int, error) {
	const longest = 4096
	w.rest = append(w.rest, text...)
	for {
		i := bytes.IndexByte(w.rest, '\n')
		switch {
		case i >= 0:
			w.say(string(w.rest[:i]))
			w.rest = w.rest[i+1:]
		case len(w.rest) > longest:
			w.say(string(w.rest))
			w.rest = nil
		default:
			return len(text), nil
		}
	}
}

func (w *lineWriter) end() {
	if len(w.rest) > 0 {
		w.say(string(w.rest))
	}
}
