package scale

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// left warns of claims that will be new and empty although a volume with the
// data of an earlier one is still there: a database would start from nothing
// without anybody having said so.
func (v *visit) left(ctx context.Context) []string {
	fresh := v.fresh()
	if len(fresh) == 0 {
		return nil
	}
	dir := v.request.RecordDir
	if dir == "" {
		var err error
		if dir, err = prune.DefaultDir(); err != nil {
			return nil
		}
	}
	client := v.runner.Client
	found, err := prune.Find(dir, func(r prune.Record) bool {
		return r.Cluster == client.Host() && r.Claim.Namespace == client.Namespace && slices.Contains(fresh, r.Claim.Name)
	})
	if err != nil {
		return nil
	}
	var names []string
	for _, f := range found {
		// Who may not look is told all the same.
		if _, volume, err := client.ClaimAndVolume(ctx, f.Record); err != nil || volume != nil && volume.UID == f.VolumeUID {
			names = append(names, f.Claim.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	back := append([]string{v.wish.Command, "restore-pvc"}, names...)
	if v.request.RecordDir != "" {
		back = append(back, "--record", v.request.RecordDir)
	}
	return []string{fmt.Sprintf("new and empty, though volumes with the data of earlier ones are still there: %s; to have that data "+
		"instead, first: %s", strings.Join(names, ", "), strings.Join(back, " "))}
}

// fresh are the claims of pods that come which are not there yet.
func (v *visit) fresh() []string {
	if v.s.Claims == nil {
		return nil
	}
	var out []string
	for o := v.s.End(); o < v.s.Start()+v.request.Replicas; o++ {
		for _, template := range v.s.ClaimTemplates() {
			name := v.s.ClaimName(template, o)
			if !slices.ContainsFunc(v.s.Claims, func(c sts.Claim) bool { return c.Name == name }) {
				out = append(out, name)
			}
		}
	}
	return out
}
