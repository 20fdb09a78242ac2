package e2e

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	appsclient "k8s.io/client-go/kubernetes/typed/apps/v1"
	coreclient "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/test/controlplane"
)

// patience is how long the harness waits for anything. Nothing in the scripts
// takes nearly as long, on a busy machine either; a script that gets there has
// failed.
const patience = 5 * time.Minute

type worldKey struct{}

// world is what one script lives in: a namespace, and what the harness has
// noted about it.
type world struct {
	cluster   *cluster
	namespace string
	apps      appsclient.AppsV1Interface
	core      coreclient.CoreV1Interface
	audit     *audit

	runs       map[string]*process
	proxy      *proxy // nil until the script wants one
	programs   string // the directory of what is built for the scripts, beside the plugin
	prometheus *prometheus
	record     *recorder
	baselines  map[string]baseline // sets when they were last seen ready
	marked     marked

	granted    *granted                // the roles that the script proves
	afterwards []func(context.Context) // what undoes what it made outside of its namespace
}

func newWorld(c *cluster, script, work string) (*world, error) {
	httpClient, err := rest.HTTPClientFor(c.Config)
	if err != nil {
		return nil, err
	}
	w := &world{cluster: c, runs: map[string]*process{}, baselines: map[string]baseline{}}
	if w.apps, err = appsclient.NewForConfigAndClient(c.Config, httpClient); err != nil {
		return nil, err
	}
	if w.core, err = coreclient.NewForConfigAndClient(c.Config, httpClient); err != nil {
		return nil, err
	}
	name := strings.ReplaceAll(script, "_", "-")
	w.namespace = "e2e-" + name[:min(len(name), 40)] + "-" + strings.ToLower(rand.Text()[:6])
	if err := w.createNamespace(); err != nil {
		return nil, err
	}
	w.audit = &audit{log: c.AuditLog, namespace: w.namespace, core: w.core}
	return w, errors.Join(w.writeKubeconfig(work), copyManifests(work))
}

// createNamespace also makes the account without which no pod is admitted, so
// that no script waits for the controller that would make it.
func (w *world) createNamespace() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}}
	if _, err := w.core.Namespaces().Create(ctx, namespace, metav1.CreateOptions{}); err != nil {
		return err
	}
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}
	_, err := w.core.ServiceAccounts(w.namespace).Create(ctx, account, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// writeKubeconfig makes the script's own kubeconfig, which leads to its
// namespace.
func (w *world) writeKubeconfig(work string) error {
	config, err := clientcmd.LoadFromFile(w.cluster.Kubeconfig)
	if err != nil {
		return err
	}
	config.Contexts[config.CurrentContext].Namespace = w.namespace
	return clientcmd.WriteToFile(*config, filepath.Join(work, "kubeconfig"))
}

// copyManifests puts those of testdata beside the script's own files, which
// win.
func copyManifests(work string) error {
	shared, err := filepath.Glob(filepath.Join("testdata", "*.yaml"))
	if err != nil {
		return err
	}
	for _, from := range shared {
		to := filepath.Join(work, filepath.Base(from))
		if _, err := os.Stat(to); err == nil {
			continue
		}
		content, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		if err := os.WriteFile(to, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// state is what there is in the namespace, and who deleted pods there: for the
// log, where something is not as it should be.
func (w *world) state() string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var out strings.Builder
	sets, err := w.apps.StatefulSets(w.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err.Error()
	}
	for i := range sets.Items {
		s := &sets.Items[i]
		fmt.Fprintf(&out, "statefulset %s: generation %d (%d observed), partition %d, revisions %s and %s, %d of %d available\n",
			s.Name, s.Generation, s.Status.ObservedGeneration, partition(s), s.Status.CurrentRevision, s.Status.UpdateRevision,
			s.Status.AvailableReplicas, ptr.Deref(s.Spec.Replicas, 1))
	}
	pods, err := w.core.Pods(w.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err.Error()
	}
	for i := range pods.Items {
		p := &pods.Items[i]
		fmt.Fprintf(&out, "pod %s: revision %s, node %q, deleted %v, %s", p.Name, p.Labels[appsv1.StatefulSetRevisionLabel],
			p.Spec.NodeName, p.DeletionTimestamp, p.Status.Phase)
		for _, c := range p.Status.ContainerStatuses {
			fmt.Fprintf(&out, ", %s %s ready %t", c.Name, c.Image, c.Ready)
		}
		fmt.Fprintln(&out)
	}
	moves, err := w.audit.moves()
	for _, r := range moves {
		fmt.Fprintln(&out, r)
	}
	if err != nil {
		return err.Error()
	}
	return out.String()
}

// leave ends what the script left. Nobody waits for the namespace to go.
func (w *world) leave() {
	for _, p := range w.runs {
		p.Kill()
	}
	if w.proxy != nil {
		_ = w.proxy.Down()
	}
	if w.prometheus != nil {
		w.prometheus.end()
	}
	if w.record != nil {
		w.record.stop()
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, undo := range w.afterwards {
		undo(ctx)
	}
	// Where a script broke the API server, its whole cluster goes. The sets go
	// first: as long as they are there while the namespace goes, the controller
	// tries to make their pods again and again, and writes an event about each
	// failure. It writes all events one after another, and then those that other
	// scripts wait for come minutes late.
	_ = w.apps.StatefulSets(w.namespace).DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{})
	_ = w.core.Namespaces().Delete(ctx, w.namespace, metav1.DeleteOptions{GracePeriodSeconds: ptr.To(int64(0))})
}

// cmdAPIServer takes the script's own API server down and up again.
//
//	apiserver stop|start|restart
func cmdAPIServer(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 1 || w.cluster.Name == clusters.Name() {
		ts.Fatalf("usage: apiserver stop|start|restart, in a script whose name begins with apiserver_")
	}
	_, err := controlplane.Sandbox(args[0]+"-apiserver", "--name", w.cluster.Name)
	ts.Check(err)
}
