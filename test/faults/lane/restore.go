package lane

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// restore brings the claims back whose volumes were to stay, unless another claim
// has their names by then.
func (l *lane) restore(ctx context.Context, e *judge.Evidence) ([]judge.Kept, error) {
	kept := e.Retained()
	for i := range kept {
		k := &kept[i]
		claims := l.plane.client.CoreV1().PersistentVolumeClaims(l.namespace)
		// The evidence is newer than each deletion, and so is what was seen.
		err := within(ctx, func(ctx context.Context) error { return l.await(ctx, leaving(k.Claim, k.Volume)) })
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

// leaving says so while the very claim that was deleted is on its way out.
func leaving(claim, volume string) func([]witness.Moment) string {
	return func(live []witness.Moment) string {
		for _, m := range live {
			if c := m.Claim; c != nil && c.Name == claim && c.Spec.VolumeName == volume && c.DeletionTimestamp != nil {
				return "claim " + claim + " is on its way out"
			}
		}
		return ""
	}
}
