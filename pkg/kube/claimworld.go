package kube

import (
	"context"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// In is the same client for another namespace.
func (c *Client) In(namespace string) *Client {
	other := *c
	other.Namespace = namespace
	return &other
}

// Host is the API server's address.
func (c *Client) Host() string { return c.host }

// believable is for how many more objects there is room before they come.
const believable = 200_000

// ClaimsAlone reads the claims that the selector selects ("" for all), without
// their volumes, page by page. Of a claim only the small copy is kept.
func (c *Client) ClaimsAlone(ctx context.Context, selector string) ([]sts.Claim, error) {
	var out []sts.Claim
	opts := metav1.ListOptions{LabelSelector: selector}
	err := pages(c.quiet(ctx), opts, c.core.PersistentVolumeClaims(c.Namespace).List, func(list *corev1.PersistentVolumeClaimList) {
		more := len(list.Items)
		if rest := list.RemainingItemCount; rest != nil { // the server does not tell with a selector
			more += int(min(max(*rest, 0), believable))
		}
		out = slices.Grow(out, more)
		stayLean(len(out) + more)
		for i := range list.Items {
			claim := sts.ObserveClaim(&list.Items[i], nil)
			if len(out) > 0 {
				claim = claim.Sharing(out[len(out)-1])
			}
			out = append(out, claim)
		}
	})
	return out, c.explain(err, "list", "persistentvolumeclaims", "")
}

// ClaimWorld reads what can want a claim of the client's namespace ("" for
// all): sets, pods and, if so wished, autoscalers, all at the same time and
// page by page.
func (c *Client) ClaimWorld(ctx context.Context, scalers bool) (claims.World, error) {
	ctx, cancel := context.WithCancel(c.quiet(ctx))
	defer cancel()
	w := claims.World{Users: map[claims.Key]string{}}
	reads := []func() error{
		func() error { return c.claimSets(ctx, &w) },
		func() error { return c.claimUsers(ctx, &w) },
	}
	if scalers {
		reads = append(reads, func() error { return c.claimScalers(ctx, &w) })
	}
	errs := make(chan error, len(reads))
	for _, read := range reads {
		go func() { errs <- read() }()
	}
	var first error
	for range reads {
		if err := <-errs; err != nil && first == nil {
			first = err
			cancel()
		}
	}
	return w, first
}

func (c *Client) claimSets(ctx context.Context, w *claims.World) error {
	err := pages(ctx, metav1.ListOptions{}, c.apps.StatefulSets(c.Namespace).List, func(list *appsv1.StatefulSetList) {
		for i := range list.Items {
			w.Sets = append(w.Sets, sts.Snapshot{Set: claimSet(&list.Items[i])})
		}
	})
	return c.explain(err, "list", "statefulsets.apps", "")
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
	if record, ok := set.Annotations[sts.ScaleAnnotation]; ok {
		slim.Annotations = map[string]string{sts.ScaleAnnotation: record}
	}
	for i := range set.Spec.VolumeClaimTemplates {
		slim.Spec.VolumeClaimTemplates = append(slim.Spec.VolumeClaimTemplates,
			corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: set.Spec.VolumeClaimTemplates[i].Name}})
	}
	return slim
}

func (c *Client) claimUsers(ctx context.Context, w *claims.World) error {
	err := pages(ctx, metav1.ListOptions{}, c.core.Pods(c.Namespace).List, func(list *corev1.PodList) {
		for i := range list.Items {
			pod := &list.Items[i]
			for j := range pod.Spec.Volumes {
				switch volume := &pod.Spec.Volumes[j]; {
				case volume.PersistentVolumeClaim != nil:
					w.Users[claims.Key{Namespace: pod.Namespace, Name: volume.PersistentVolumeClaim.ClaimName}] = pod.Name
				case volume.Ephemeral != nil: // its claim is called after both
					w.Users[claims.Key{Namespace: pod.Namespace, Name: pod.Name + "-" + volume.Name}] = pod.Name
				}
			}
		}
	})
	return c.explain(err, "list", "pods", "")
}

func (c *Client) claimScalers(ctx context.Context, w *claims.World) error {
	list := c.autoscaling.HorizontalPodAutoscalers(c.Namespace).List
	err := pages(ctx, metav1.ListOptions{}, list, func(list *autoscalingv2.HorizontalPodAutoscalerList) {
		for i := range list.Items {
			a := &list.Items[i]
			ref := a.Spec.ScaleTargetRef
			if ref.Kind == "StatefulSet" && (ref.APIVersion == "" || strings.HasPrefix(ref.APIVersion, "apps/")) {
				w.Scalers = append(w.Scalers, claims.Scaler{
					Namespace: a.Namespace, Name: a.Name, Set: ref.Name, Max: int(a.Spec.MaxReplicas),
				})
			}
		}
	})
	return c.explain(err, "list", "horizontalpodautoscalers.autoscaling", "")
}

// few volumes are read one by one: a cluster may have many others.
const few = 20

// AddReclaim fills in what becomes of the claims' volumes when the claims go.
func (c *Client) AddReclaim(ctx context.Context, of []*sts.Claim) error {
	ctx = c.quiet(ctx)
	byVolume := map[string]*sts.Claim{}
	for _, claim := range of {
		if claim.Volume != "" {
			byVolume[claim.Volume] = claim
		}
	}
	add := func(volume *corev1.PersistentVolume) {
		claim, ref := byVolume[volume.Name], volume.Spec.ClaimRef
		if claim != nil && ref != nil && ref.UID == claim.UID {
			claim.Reclaim = volume.Spec.PersistentVolumeReclaimPolicy
		}
	}
	if len(byVolume) > few {
		err := pages(ctx, metav1.ListOptions{}, c.core.PersistentVolumes().List, func(list *corev1.PersistentVolumeList) {
			for i := range list.Items {
				add(&list.Items[i])
			}
		})
		return c.explain(err, "list", "persistentvolumes", "")
	}
	for name := range byVolume {
		volume, err := again(ctx, func(ctx context.Context) (*corev1.PersistentVolume, error) {
			return c.core.PersistentVolumes().Get(ctx, name, metav1.GetOptions{})
		})
		if err != nil && !apierrors.IsNotFound(err) {
			return c.explain(err, "get", "persistentvolumes", name)
		}
		if err == nil {
			add(volume)
		}
	}
	return nil
}
