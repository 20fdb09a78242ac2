package pvc

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/jsonpatch"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// ClaimAndVolume reads what there is of a claim and its volume, as the snapshot of a
// plan that restores the claim.
func (c Claims) ClaimAndVolume(ctx context.Context, b plan.Binding) (sts.Snapshot, error) {
	return transport.Again(c.conn.Quiet(ctx), func(ctx context.Context) (sts.Snapshot, error) {
		s, _, err := c.claimAndVolume(ctx, b)
		return s, err
	})
}

// claimAndVolume also returns the claim itself, nil where there is none.
func (c Claims) claimAndVolume(ctx context.Context, b plan.Binding) (sts.Snapshot, *corev1.PersistentVolumeClaim, error) {
	s := sts.Snapshot{Claims: []storage.Claim{}, Volumes: []storage.Volume{}}
	volume, err := c.conn.PersistentVolumes().Get(ctx, b.Volume, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		volume = nil
	case err != nil:
		return sts.Snapshot{}, nil, c.conn.Explain(err, "get", "persistentvolumes", b.Volume)
	default:
		s.Volumes = append(s.Volumes, storage.ObserveVolume(volume))
	}
	claim, err := c.conn.PersistentVolumeClaims(b.Namespace).Get(ctx, b.Claim, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return s, nil, nil
	case err != nil:
		return sts.Snapshot{}, nil, c.conn.Explain(err, "get", "persistentvolumeclaims", b.Claim)
	}
	s.Claims = append(s.Claims, storage.ObserveClaim(claim, volume))
	return s, claim, nil
}

const (
	// pause is how long to wait before a claim that can't be watched is read again.
	pause = time.Second
	// reread is how long a volume may have changed that nobody watches.
	reread = 5 * time.Second
)

// WatchClaim follows a claim and its volume for a plan that restores the claim. It
// reads both whenever the claim changes, every five seconds because of the volume, and
// once a second while there is no claim or none may be watched. The channel closes with
// the context.
func (c Claims) WatchClaim(ctx context.Context, b plan.Binding) <-chan engine.Update {
	updates := make(chan engine.Update, 1)
	go func() {
		defer close(updates)
		f := claimFeed{Claims: c, binding: b, updates: updates}
		for ctx.Err() == nil {
			f.look(ctx)
		}
	}()
	return updates
}

// claimFeed tells a run about one claim.
type claimFeed struct {
	Claims
	binding plan.Binding
	updates chan<- engine.Update
	cut     bool // the API server did not answer last time
}

// look tells how both are now and waits until that may have changed.
func (f *claimFeed) look(ctx context.Context) {
	s, claim, err := f.claimAndVolume(f.conn.Quiet(ctx), f.binding)
	switch {
	case ctx.Err() != nil:
		return
	case transport.Transient(err):
		if !f.cut {
			f.tell(ctx, engine.Update{Cut: true, Notice: err.Error() + "; trying again"})
		}
		f.cut = true
	case err != nil:
		f.tell(ctx, engine.Update{Err: err})
	default:
		if f.cut {
			f.tell(ctx, engine.Update{Back: true, Notice: "the API server answers again"})
		}
		f.cut = false
		f.tell(ctx, engine.Update{Snapshot: s})
		if f.changes(ctx, claim) {
			return
		}
	}
	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
}

func (f *claimFeed) tell(ctx context.Context, u engine.Update) {
	select {
	case f.updates <- u:
	case <-ctx.Done():
	}
}

// changes waits for the claim to change, or until the volume is to be read again. It
// reports false at once where the claim can't be watched.
func (f *claimFeed) changes(ctx context.Context, claim *corev1.PersistentVolumeClaim) bool {
	if claim == nil {
		return false
	}
	w, err := f.conn.PersistentVolumeClaims(claim.Namespace).Watch(ctx, metav1.ListOptions{
		FieldSelector: fields.OneTermEqualSelector("metadata.name", claim.Name).String(), ResourceVersion: claim.ResourceVersion,
	})
	if err != nil {
		return false
	}
	defer w.Stop()
	select {
	case _, told := <-w.ResultChan():
		return told
	case <-time.After(reread):
		return true
	case <-ctx.Done():
		return false
	}
}

// CreateClaim creates the claim of a restore. That there is one of its name is a
// conflict: somebody has created it, or an earlier try whose answer was lost.
func (c Claims) CreateClaim(ctx context.Context, change plan.CreateClaim, dryRun []string) error {
	_, err := c.conn.PersistentVolumeClaims(change.Namespace).Create(ctx, change.Manifest, metav1.CreateOptions{
		FieldManager: c.conn.FieldManager, DryRun: dryRun,
	})
	switch {
	case apierrors.IsAlreadyExists(err):
		return fmt.Errorf("%w: there is a claim %s by now", engine.ErrConflict, change.Claim)
	case apierrors.IsNotFound(err):
		return fmt.Errorf("namespace %q is gone: %w", change.Namespace, err)
	}
	return c.conn.WriteError(err, "create", "persistentvolumeclaims", "")
}

// ReleaseVolume makes a released volume bind to the next claim of the same name,
// and to no other.
func (c Claims) ReleaseVolume(ctx context.Context, change plan.ReleaseVolume, dryRun bool) error {
	return c.changeVolume(ctx, change.Volume, dryRun, func(volume *corev1.PersistentVolume) ([]jsonpatch.Operation, error) {
		if why := kept(volume, change.Binding); why != nil {
			return nil, why
		}
		var out []jsonpatch.Operation
		_, noted := volume.Annotations[storage.ReclaimBeforeAnnotation]
		if !noted && volume.Spec.PersistentVolumeReclaimPolicy != change.Reclaim {
			out = noteBefore(volume, change.Reclaim)
		}
		switch to := volume.Spec.ClaimRef; {
		case to != nil && to.UID == "":
			return out, nil // a patch that got no answer was taken
		case to != nil && to.UID != change.From:
			return nil, fmt.Errorf("%w: volume %s is another claim's by now", engine.ErrConflict, change.Volume)
		}
		return append(out, jsonpatch.Add("/spec/claimRef", corev1.ObjectReference{
			APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: change.Namespace, Name: change.Claim,
		})), nil
	})
}

// ResetReclaim gives the volume the reclaim policy that it had.
func (c Claims) ResetReclaim(ctx context.Context, change plan.ResetReclaim, dryRun bool) error {
	return c.changeVolume(ctx, change.Volume, dryRun, func(volume *corev1.PersistentVolume) ([]jsonpatch.Operation, error) {
		if why := kept(volume, change.Binding); why != nil {
			return nil, why
		}
		if volume.Spec.ClaimRef == nil {
			return nil, fmt.Errorf("%w: volume %s is bound to no claim any more", engine.ErrConflict, change.Volume)
		}
		var out []jsonpatch.Operation
		if _, ok := volume.Annotations[storage.ReclaimBeforeAnnotation]; ok {
			out = append(out, jsonpatch.Remove(jsonpatch.Annotation(storage.ReclaimBeforeAnnotation)))
		}
		if volume.Spec.PersistentVolumeReclaimPolicy != change.Reclaim {
			out = append(out, jsonpatch.Replace("/spec/persistentVolumeReclaimPolicy", change.Reclaim))
		}
		return out, nil
	})
}

// kept is a conflict where the volume is another one, or another claim's by now.
func kept(volume *corev1.PersistentVolume, b plan.Binding) error {
	if volume.UID != b.VolumeUID || !storage.ObserveVolume(volume).KeptFor(b.Namespace, b.Claim) {
		return fmt.Errorf("%w: volume %s was bound to another claim meanwhile", engine.ErrConflict, b.Volume)
	}
	return nil
}
