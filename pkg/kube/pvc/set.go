package pvc

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// SetClaims adds the claims that the set's templates can have made, and what
// becomes of their volumes. Not being allowed to read volumes costs that, and
// is returned as the second error.
func (c Claims) SetClaims(ctx context.Context, s sts.Snapshot) (with sts.Snapshot, volumes, err error) {
	if len(s.ClaimTemplates()) == 0 {
		return s, nil, nil
	}
	var found []storage.Claim
	err = transport.Pages(c.conn.Quiet(ctx), metav1.ListOptions{}, c.conn.PersistentVolumeClaims(c.conn.Namespace).List,
		func(list *corev1.PersistentVolumeClaimList) {
			for i := range list.Items {
				if _, own := s.OrdinalOfClaim(list.Items[i].Name); own {
					found = append(found, storage.ObserveClaim(&list.Items[i], nil))
				}
			}
		})
	if err != nil {
		return s, nil, c.conn.Explain(err, "list", "persistentvolumeclaims", "")
	}
	each := make([]*storage.Claim, len(found))
	for i := range found {
		each[i] = &found[i]
	}
	volumes = c.AddReclaim(ctx, each)
	return s.WithClaims(found), volumes, nil
}
