package lane

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// restore brings the claims back whose volumes were to stay, unless another claim
// has their names by then.
func (l *lane) restore(ctx context.Context, e *judge.Evidence) ([]judge.Kept, error) {
	kept := e.Retained()
	for i := range kept {
		k := &kept[i]
		claims := l.plane.client.CoreV1().PersistentVolumeClaims(l.namespace)
		err := l.awaitGone(ctx, k.Claim, k.Volume)
		if err != nil {
			return kept, err
		}
		if _, err := claims.Get(ctx, k.Claim, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			continue
		}
		r, err := l.begin(ctx, schedule.Act{
			Home: k.Home, Args: []string{"restore-pvc", k.Claim, "--timeout=60s", "-o", "json"},
		}, judge.Restores)
		if err != nil {
			return kept, err
		}
		r.end(ctx)
		k.Restored = r.Number
		if claim, err := claims.Get(ctx, k.Claim, metav1.GetOptions{}); err == nil {
			k.Bound = claim.Spec.VolumeName
		}
	}
	return kept, nil
}

// awaitGone waits while the very claim that was deleted is on its way out.
func (l *lane) awaitGone(ctx context.Context, claim, volume string) error {
	ctx, cancel := context.WithTimeout(ctx, soon)
	defer cancel()
	for {
		c, err := l.plane.client.CoreV1().PersistentVolumeClaims(l.namespace).Get(ctx, claim, metav1.GetOptions{})
		if apierrors.IsNotFound(err) || err == nil && (c.DeletionTimestamp == nil || c.Spec.VolumeName != volume) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
