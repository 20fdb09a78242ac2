package pvc

import (
	"context"
	"iter"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// claimList is a list of the client's namespace, or of all, reduced page by
// page to what decides about claims.
type claimList struct {
	resource string // as errors name it
	page     func(context.Context, metav1.ListOptions) (claimPage, error)
}

// claimPage is what one page tells.
type claimPage struct {
	// parts are in the order of the list. Neighbours are of different namespaces.
	parts []claims.Namespace
	next  string // the token of the next page, "" on the last
}

func (p *claimPage) claims() int {
	n := 0
	for i := range p.parts {
		n += len(p.parts[i].Claims)
	}
	return n
}

// of is the last part if it is of this namespace, or a new one.
func (p *claimPage) of(namespace string) *claims.Namespace {
	if n := len(p.parts); n == 0 || p.parts[n-1].Name != namespace {
		p.parts = append(p.parts, claims.Namespace{Name: namespace})
	}
	return &p.parts[len(p.parts)-1]
}

// reduced makes a list whose objects are reduced one by one by add.
func reduced[O any](resource string, list func(context.Context, metav1.ListOptions, []string, func(O)) (string, error),
	without []string, add func(*claimPage, O),
) claimList {
	return claimList{resource, func(ctx context.Context, opts metav1.ListOptions) (claimPage, error) {
		return transport.Again(ctx, func(ctx context.Context) (claimPage, error) {
			var page claimPage
			next, err := list(ctx, opts, without, func(object O) { add(&page, object) })
			if err != nil {
				return claimPage{}, err
			}
			page.next = next
			return page, nil
		})
	}}
}

// whole reads all pages. Should the server forget the state of the first page
// before the last is read, everything is read again in one answer: pages of two
// states can both lack what was replaced in between.
func (l claimList) whole(ctx context.Context, c Claims) ([]claims.Namespace, error) {
	var parts []claims.Namespace
	opts, held := metav1.ListOptions{Limit: transport.LongPage}, 0
	for {
		page, err := l.page(ctx, opts)
		switch {
		case err != nil && opts.Continue != "" && apierrors.IsResourceExpired(err):
			parts, opts, held = nil, metav1.ListOptions{}, 0
			continue
		case err != nil:
			return nil, c.conn.Explain(err, "list", l.resource, "")
		}
		parts = append(parts, page.parts...)
		if held += page.claims(); held > 0 && c.conn.Held != nil {
			c.conn.Held(held)
		}
		if opts.Continue = page.next; opts.Continue == "" {
			return parts, nil
		}
	}
}

func (c Claims) claimList() claimList {
	return reduced("persistentvolumeclaims", c.conn.PersistentVolumeClaims(c.conn.Namespace).Each,
		nil, func(page *claimPage, object *corev1.PersistentVolumeClaim) {
			claim := storage.ObserveClaim(object, nil)
			n := page.of(claim.Namespace)
			if len(n.Claims) > 0 {
				claim = claim.Sharing(n.Claims[len(n.Claims)-1])
			}
			n.Claims = append(n.Claims, claim)
		})
}

// worldLists are the lists of what can want a claim.
func (c Claims) worldLists(scalers bool) []claimList {
	lists := []claimList{c.claimSets(), c.claimUsers()}
	if scalers {
		lists = append(lists, c.claimScalers())
	}
	return lists
}

func (c Claims) claimSets() claimList {
	return reduced("statefulsets.apps", c.conn.StatefulSets(c.conn.Namespace).Each,
		[]string{"metadata.managedFields", "spec.template"}, func(page *claimPage, set *appsv1.StatefulSet) {
			w := &page.of(set.Namespace).World
			w.Sets = append(w.Sets, sts.Snapshot{Set: workload.FromApps(claimSet(set))})
		})
}

// claimSet copies what tells which claims a set wants.
func claimSet(set *appsv1.StatefulSet) *appsv1.StatefulSet {
	slim := &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: set.Namespace, Name: set.Name, UID: set.UID, Generation: set.Generation, DeletionTimestamp: set.DeletionTimestamp,
		},
		Spec: appsv1.StatefulSetSpec{Replicas: set.Spec.Replicas, Ordinals: set.Spec.Ordinals, Selector: set.Spec.Selector},
		Status: appsv1.StatefulSetStatus{
			Replicas: set.Status.Replicas, ObservedGeneration: set.Status.ObservedGeneration,
		},
	}
	if record, ok := set.Annotations[note.ScaleAnnotation]; ok {
		slim.Annotations = map[string]string{note.ScaleAnnotation: record}
	}
	for i := range set.Spec.VolumeClaimTemplates {
		slim.Spec.VolumeClaimTemplates = append(slim.Spec.VolumeClaimTemplates,
			corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: set.Spec.VolumeClaimTemplates[i].Name}})
	}
	return slim
}

func (c Claims) claimUsers() claimList {
	return reduced("pods", c.conn.Pods(c.conn.Namespace).Each, []string{
		"metadata.managedFields", "metadata.labels", "metadata.annotations", "metadata.ownerReferences",
		"spec.containers", "spec.initContainers", "spec.volumes.volumeSource.projected", "spec.tolerations", "spec.affinity", "status",
	}, func(page *claimPage, pod *corev1.Pod) {
		w := &page.of(pod.Namespace).World
		for claim := range usedBy(pod) {
			w.Use(claims.Key{Namespace: pod.Namespace, Name: claim}, pod.Name)
		}
	})
}

// usedBy names the claims that a pod mounts or waits for. That of an ephemeral
// volume is called after the pod and the volume.
func usedBy(pod *corev1.Pod) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range pod.Spec.Volumes {
			claim := ""
			switch volume := &pod.Spec.Volumes[i]; {
			case volume.PersistentVolumeClaim != nil:
				claim = volume.PersistentVolumeClaim.ClaimName
			case volume.Ephemeral != nil:
				claim = pod.Name + "-" + volume.Name
			}
			if claim != "" && !yield(claim) {
				return
			}
		}
	}
}

func (c Claims) claimScalers() claimList {
	return reduced("horizontalpodautoscalers.autoscaling", c.conn.HorizontalPodAutoscalers(c.conn.Namespace).Each,
		[]string{"metadata.managedFields"}, func(page *claimPage, a *autoscalingv2.HorizontalPodAutoscaler) {
			w := &page.of(a.Namespace).World
			if set := claims.ScaledSet(a); set != "" {
				w.Scalers = append(w.Scalers, claims.Scaler{Namespace: a.Namespace, Set: set, Autoscaler: claims.ObserveAutoscaler(a)})
			}
		})
}
