package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// How a plugin is broken, and where the plugin is that is not.
const (
	sabotageVar = "KUBECTL_STS_FAULTS_SABOTAGE"
	pluginVar   = "KUBECTL_STS_FAULTS_PLUGIN"
)

// sabotageFailed is the exit code of a plugin that could not do wrong what it was
// told to: it has proved nothing then. No table has it.
const sabotageFailed = 99

// broken is a plugin that is broken on purpose, at work.
type broken struct {
	args      []string
	client    kubernetes.Interface
	namespace string
}

// sabotage does wrong what it is told to; it returns the exit code.
func sabotage(how string, args []string) int {
	code, err := sabotaged(how, args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "sabotage:", err)
		return sabotageFailed
	}
	return code
}

func sabotaged(how string, args []string) (int, error) {
	wrong, ok := breakages[how]
	if !ok {
		return 0, fmt.Errorf("nothing is known that %s", how)
	}
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: os.Getenv("KUBECONFIG")}
	load := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, nil)
	config, err := load.ClientConfig()
	if err != nil {
		return 0, err
	}
	config.UserAgent = "kubectl-sts/broken"
	b := broken{args: args}
	if b.client, err = kubernetes.NewForConfig(config); err != nil {
		return 0, err
	}
	if b.namespace, _, err = load.Namespace(); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return wrong(ctx, b)
}

// plugin runs the one that is not broken, and returns what it printed.
func (b broken) plugin(ctx context.Context) (stdout []byte, code int, err error) {
	var out bytes.Buffer
	plugin := exec.CommandContext(ctx, os.Getenv(pluginVar), b.args...)
	plugin.Stdout, plugin.Stderr = &out, os.Stderr
	err = plugin.Run()
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		return nil, 0, err
	}
	return out.Bytes(), plugin.ProcessState.ExitCode(), nil
}

// afterwards has the plugin do all that it was told to, and then does something else.
func afterwards(wrong func(context.Context, broken) error) func(context.Context, broken) (int, error) {
	return func(ctx context.Context, b broken) (int, error) {
		stdout, code, err := b.plugin(ctx)
		if err != nil {
			return 0, err
		}
		_, _ = os.Stdout.Write(stdout)
		return code, wrong(ctx, b)
	}
}

func (b broken) deletePod(ctx context.Context, name string) error {
	return b.client.CoreV1().Pods(b.namespace).Delete(ctx, name, metav1.DeleteOptions{})
}

func (b broken) deleteClaim(ctx context.Context, name string) error {
	return b.client.CoreV1().PersistentVolumeClaims(b.namespace).Delete(ctx, name, metav1.DeleteOptions{})
}

func (b broken) patch(ctx context.Context, patch string) error {
	_, err := b.client.AppsV1().StatefulSets(b.namespace).Patch(ctx, "web", types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	return err
}

// lowers leaves two replicas, and waits until the pod above is gone.
func (b broken) lowers(ctx context.Context) error {
	const replicas = 2
	if err := b.patch(ctx, fmt.Sprintf(`{"spec":{"replicas":%d}}`, replicas)); err != nil {
		return err
	}
	pods, name := b.client.CoreV1().Pods(b.namespace), fmt.Sprintf("web-%d", replicas)
	return gone(ctx, name, pods.Watch, func() error {
		_, err := pods.Get(ctx, name, metav1.GetOptions{})
		return err
	})
}

// recreates deletes the set and creates it again, changed.
func (b broken) recreates(ctx context.Context, how metav1.DeletionPropagation, change func(*appsv1.StatefulSet)) error {
	sets := b.client.AppsV1().StatefulSets(b.namespace)
	set, err := sets.Get(ctx, "web", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if err := sets.Delete(ctx, set.Name, metav1.DeleteOptions{PropagationPolicy: &how}); err != nil {
		return err
	}
	if err := gone(ctx, set.Name, sets.Watch, func() error {
		_, err := sets.Get(ctx, set.Name, metav1.GetOptions{})
		return err
	}); err != nil {
		return err
	}
	fresh := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: set.Name, Labels: set.Labels}, Spec: set.Spec}
	change(fresh)
	_, err = sets.Create(ctx, fresh, metav1.CreateOptions{})
	return err
}

func (b broken) resizes(ctx context.Context, claim, size string) error {
	_, err := b.client.CoreV1().PersistentVolumeClaims(b.namespace).Patch(ctx, claim, types.MergePatchType,
		fmt.Appendf(nil, `{"spec":{"resources":{"requests":{"storage":%q}}}}`, size), metav1.PatchOptions{})
	return err
}

// gone waits until an object is not there any more.
func gone(ctx context.Context, name string, follow func(context.Context, metav1.ListOptions) (watch.Interface, error), get func() error,
) error {
	w, err := follow(ctx, metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector("metadata.name", name).String()})
	if err != nil {
		return err
	}
	defer w.Stop()
	if err := get(); apierrors.IsNotFound(err) {
		return nil
	}
	for e := range w.ResultChan() {
		if object, err := meta.Accessor(e.Object); err == nil && object.GetName() == name && e.Type == watch.Deleted {
			return nil
		}
	}
	return fmt.Errorf("%s does not go: %w", name, ctx.Err())
}
