package scale

import (
	"context"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// left are the claims that will be new and empty although a volume with the
// data of an earlier one is still there: a database would start from nothing
// without anybody having said so.
func (v *visit) left(ctx context.Context) []string {
	fresh, client := v.fresh(), v.runner.Client
	dir, err := receipt.Dir(v.request.RecordDir)
	if err != nil || len(fresh) == 0 {
		return nil
	}
	found, err := receipt.Find(dir, func(r receipt.Receipt) bool {
		return r.Cluster == client.Host() && r.Claim.Namespace == client.Namespace && slices.Contains(fresh, r.Claim.Name)
	})
	if err != nil {
		return nil
	}
	var names []string
	for _, f := range found {
		// Who may not look is told all the same.
		s, err := client.ClaimAndVolume(ctx, f.Binding())
		if err != nil || slices.ContainsFunc(s.Volumes, func(v storage.Volume) bool { return v.UID == f.VolumeUID }) {
			names = append(names, f.Claim.Name)
		}
	}
	slices.Sort(names)
	return names
}

// fresh are the claims of pods that come which are not there yet.
func (v *visit) fresh() []string {
	if v.s.Claims == nil {
		return nil
	}
	var out []string
	for o := range v.s.Ordinals().Added(v.request.Replicas).All() {
		for _, template := range v.s.ClaimTemplates() {
			name := v.s.ClaimName(template, o)
			if !slices.ContainsFunc(v.s.Claims, func(c storage.Claim) bool { return c.Name == name }) {
				out = append(out, name)
			}
		}
	}
	return out
}
