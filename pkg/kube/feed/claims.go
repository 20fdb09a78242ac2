package feed

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// watchClaims adds a source of the set's claims. No selector finds them, for
// whoever changes a label would hide one: they are picked by name, as they come.
func (w *watcher) watchClaims(set *workload.Set) {
	claims := w.conn.PersistentVolumeClaims(w.conn.Namespace)
	w.claims = w.source("persistentvolumeclaims", &corev1.PersistentVolumeClaim{}, "", "", lister(claims.List), claims.Watch)
	w.claims.wants = func(obj any) bool { // a recreate may add templates
		claim, ok := obj.(*corev1.PersistentVolumeClaim)
		return ok && sts.MayBeClaim(set.Name, claim.Name)
	}
}

// knownClaims adds the claims that are watched. What happens to their volumes
// is not known here.
func (w *watcher) knownClaims(s sts.Snapshot) sts.Snapshot {
	if w.claims == nil || !s.Exists() {
		return s
	}
	var claims []storage.Claim
	for _, claim := range items[*corev1.PersistentVolumeClaim](w.claims) {
		claims = append(claims, storage.ObserveClaim(claim, nil))
	}
	return s.WithClaims(claims)
}
