package main

import (
	"context"
	"fmt"
	"os"
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	appsclient "k8s.io/client-go/kubernetes/typed/apps/v1"
	coreclient "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/clientcmd"
)

// bulk is how much there is to be.
type bulk struct {
	namespaces    int
	first         int // of these, which is the first to make
	etcd          string
	sets          int // of a namespace
	pods, orphans int // of a set
	volumes       bool

	apps appsclient.AppsV1Interface
	core coreclient.CoreV1Interface
}

// job makes one object.
type job func(context.Context) error

// fill makes the objects, and prints which claims are orphans.
func (b *bulk) fill(ctx context.Context, kubeconfig string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.ContentType = -1, runtime.ContentTypeProtobuf
	if b.apps, err = appsclient.NewForConfig(config); err != nil {
		return err
	}
	if b.core, err = coreclient.NewForConfig(config); err != nil {
		return err
	}
	through := b.namespaces // so many through the API server
	if b.etcd != "" {
		through = 1
	}
	var namespaces, sets, rest []job
	for i := b.first; i < b.namespaces; i++ {
		namespace := namespaceName(i)
		namespaces = append(namespaces, func(ctx context.Context) error { return b.makeNamespace(ctx, namespace) })
		for j := range b.sets {
			// A name without a dash: whose claims these are can be read in one way only.
			set := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: fmt.Sprintf("db%d", j)}}
			jobs := b.jobs(set)
			if i < through {
				sets = append(sets, func(ctx context.Context) error { return b.makeSet(ctx, set) })
				rest = append(rest, jobs...)
			}
		}
	}
	fmt.Fprintf(os.Stderr, "bulk: making %d namespaces, %d sets and %d pods and claims\n", len(namespaces), len(sets), len(rest))
	for _, jobs := range [][]job{namespaces, sets, rest} {
		if err := together(ctx, jobs); err != nil {
			return err
		}
	}
	if b.etcd == "" {
		return nil
	}
	return b.copy(ctx, max(b.first, through))
}

// namespaceName is such that "bulk-000-b" comes before "bulk-000" in the order
// of etcd's keys, and after it in that of the names.
func namespaceName(i int) string {
	return fmt.Sprintf("bulk-%03d", i/2) + map[bool]string{true: "-b"}[i%2 == 1]
}

// jobs are for what belongs to a set, which is there by then.
func (b *bulk) jobs(set *appsv1.StatefulSet) []job {
	var out []job
	for ordinal := range b.pods + b.orphans {
		claim := fmt.Sprintf("data-%s-%d", set.Name, ordinal)
		if ordinal < b.pods {
			out = append(out, func(ctx context.Context) error { return b.makePod(ctx, set, ordinal, claim) })
		} else {
			if ordinal%4 == 0 {
				claim = fmt.Sprintf("old-%s-%d", set.Name, ordinal)
			}
			fmt.Println(set.Namespace + "/" + claim)
		}
		out = append(out, func(ctx context.Context) error { return b.makeClaim(ctx, set, claim) })
	}
	return out
}

// makeNamespace makes it with the account without which no pod is admitted,
// which a controller would make.
func (b *bulk) makeNamespace(ctx context.Context, name string) error {
	meta := metav1.ObjectMeta{Name: name}
	if _, err := b.core.Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: meta}, metav1.CreateOptions{}); err != nil {
		return err
	}
	meta.Name = "default"
	_, err := b.core.ServiceAccounts(name).Create(ctx, &corev1.ServiceAccount{ObjectMeta: meta}, metav1.CreateOptions{})
	return err
}

// atOnce is how many requests are under way: with more, no server gets faster.
const atOnce = 40

// together does the jobs, and returns the first error.
func together(ctx context.Context, jobs []job) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	todo := make(chan job)
	var busy sync.WaitGroup
	for range atOnce {
		busy.Go(func() {
			for do := range todo {
				if err := do(ctx); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, do := range jobs {
		if ctx.Err() != nil {
			break
		}
		todo <- do
	}
	close(todo)
	busy.Wait()
	return context.Cause(ctx)
}
