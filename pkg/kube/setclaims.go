package kube

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// SetClaims adds the claims that the set's templates can have made, and what
// becomes of their volumes. Not being allowed to read volumes costs that, and
// is returned as the second error.
func (c *Client) SetClaims(ctx context.Context, s sts.Snapshot) (with sts.Snapshot, volumes, err error) {
	if len(s.ClaimTemplates()) == 0 {
		return s, nil, nil
	}
	ctx = quiet(ctx)
	wants := wantsClaims(s)
	var raw []corev1.PersistentVolumeClaim
	opts := metav1.ListOptions{Limit: page}
	for {
		list, err := c.core.PersistentVolumeClaims(c.Namespace).List(ctx, opts)
		if err != nil {
			return s, nil, c.explain(err, "list", "persistentvolumeclaims", "")
		}
		for i := range list.Items {
			if wants(&list.Items[i]) {
				raw = append(raw, list.Items[i])
			}
		}
		if opts.Continue = list.Continue; opts.Continue == "" {
			break
		}
	}
	byName, volumes := c.volumesOf(ctx, raw)
	var claims []sts.Claim
	for i := range raw {
		claims = append(claims, sts.ObserveClaim(&raw[i], byName[raw[i].Spec.VolumeName]))
	}
	return s.WithClaims(claims), volumes, nil
}

// wantsClaims picks, out of all objects, the claims that the set's templates
// can have made.
func wantsClaims(s sts.Snapshot) func(any) bool {
	templates := s.ClaimTemplates()
	return func(obj any) bool {
		claim, ok := obj.(*corev1.PersistentVolumeClaim)
		if !ok {
			return false
		}
		for _, template := range templates {
			if _, ok := s.ClaimOrdinal(template, claim.Name); ok {
				return true
			}
		}
		return false
	}
}
