package scale_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// fates are what happens to the claims, in the order of the plan.
func fates(p *plan.Plan) []string {
	var out []string
	for _, o := range p.Ordinals {
		for _, c := range o.Claims {
			text := c.Claim.Name + " " + string(c.Fate)
			if c.DataDies() {
				text += " †"
			}
			if c.Why != "" {
				text += " (" + c.Why + ")"
			}
			out = append(out, text)
		}
	}
	return out
}

func TestFates(t *testing.T) {
	retained := func(c *storage.Claim) { c.Reclaim = "Retain" }
	unknown := func(c *storage.Claim) { c.Reclaim = "" }
	tests := []struct {
		name string
		r    scale.Request
		s    sts.Snapshot
		want []string
	}{
		{"keep", request(3, answered(scale.Keep)), snapshot(set(), four()...), []string{"data-web-3 kept"}},
		{"no answer yet", request(3), snapshot(set(), four()...), []string{"data-web-3 kept"}},
		{
			"no answer yet, and the policy would delete", request(3), snapshot(set(whenScaled("Delete")), four()...),
			[]string{"data-web-3 deletedByPolicy †"},
		},
		{
			"no answer yet, and the policy would delete what must be kept", request(2),
			snapshot(set(whenScaled("Delete")), claim(2, kept), claim(3)),
			[]string{"data-web-3 deletedByPolicy †", "data-web-2 kept (annotation kubectl-sts.github.io/keep)"},
		},
		{"delete", request(3, answered(scale.Delete)), snapshot(set(), four()...), []string{"data-web-3 deleted †"}},
		{
			"delete, and the volume stays", request(3, answered(scale.Delete)), snapshot(set(), claim(3, retained)),
			[]string{"data-web-3 deleted"},
		},
		{
			"delete, of a volume not known", request(3, answered(scale.Delete)), snapshot(set(), claim(3, unknown)),
			[]string{"data-web-3 deleted †"},
		},
		{
			"delete, without a volume", request(3, answered(scale.Delete)), snapshot(set(), claim(3, unbound)),
			[]string{"data-web-3 deleted"},
		},
		{"retain", request(3, answered(scale.RetainVolume)), snapshot(set(), four()...), []string{"data-web-3 volumeRetained"}},
		{
			"retain, without a volume", request(3, answered(scale.RetainVolume)), snapshot(set(), claim(3, unbound)),
			[]string{"data-web-3 deleted"},
		},
		{
			"each by itself", request(1, by(map[int]scale.Answer{3: scale.Delete, 2: scale.RetainVolume, 1: scale.Keep})),
			snapshot(set(), four()...),
			[]string{"data-web-3 deleted †", "data-web-2 volumeRetained", "data-web-1 kept"},
		},
		{
			"marked to be kept", request(3, answered(scale.Delete)), snapshot(set(), claim(3, kept)),
			[]string{"data-web-3 kept (annotation kubectl-sts.github.io/keep)"},
		},
		{
			"perhaps another set's", request(3, answered(scale.RetainVolume), rivals(0)), snapshot(set(twoWays), claim(3, eithers)),
			[]string{"data-a-web-3 kept (it can be template data of set a-web or template data-a of set web)"},
		},
		{
			"another pod's who uses it", request(3, answered(scale.Delete), func(r *scale.Request) {
				r.World.Use(claims.Key{Namespace: "default", Name: "data-web-3"}, "backup")
			}),
			snapshot(set(whenScaled("Delete")), four()...),
			[]string{"data-web-3 kept (pod backup mounts it or waits for it)"},
		},
		{
			"another controller's", request(3, answered(scale.Delete)),
			snapshot(set(), claim(3, owned("Cluster", "x", "x", true))),
			[]string{"data-web-3 kept (it belongs to Cluster x)"},
		},
		{
			"somebody's who does not control it", request(3, answered(scale.Delete)),
			snapshot(set(), claim(3, owned("Backup", "x", "x", false))),
			[]string{"data-web-3 kept (it belongs to Backup x)"},
		},
		{
			"of a set that had the name before", request(3, answered(scale.Delete)),
			snapshot(set(), claim(3, owned("StatefulSet", "web", "before", false))),
			[]string{"data-web-3 kept (it belongs to StatefulSet web)"},
		},
		{
			"a pod's that is not its own", request(3, answered(scale.Delete)),
			snapshot(set(), claim(3, owned("Pod", "web-2", "x", false))),
			[]string{"data-web-3 kept (it belongs to Pod web-2)"},
		},
		{
			"the set's", request(3, answered(scale.Delete)),
			snapshot(set(), claim(3, owned("StatefulSet", "web", ststest.Snapshot(set()).UID(), false))),
			[]string{"data-web-3 deleted †"},
		},
		{
			"its pod's", request(3, answered(scale.Delete)),
			snapshot(set(), claim(3, owned("Pod", "web-3", "x", false))),
			[]string{"data-web-3 deleted †"},
		},
		{"being deleted already", request(3, answered(scale.Keep)), snapshot(set(), claim(3, leaving)), []string{"data-web-3 going"}},
		{
			"the policy's", request(3, answered(scale.Delete)), snapshot(set(whenScaled("Delete")), four()...),
			[]string{"data-web-3 deletedByPolicy †"},
		},
		{"retained from the policy", request(3, answered(scale.RetainVolume)), snapshot(set(whenScaled("Delete")), four()...), []string{
			"data-web-3 volumeRetained",
		}},
		{"up, nothing there", request(5), snapshot(set(), four()...), []string{"data-web-4 new"}},
		{"up, something there", request(5), snapshot(set(), claim(4)), []string{"data-web-4 reused"}},
		{"up, and fresh", request(5, answered(scale.Fresh)), snapshot(set(), claim(4)), []string{"data-web-4 replaced †"}},
		{
			"up, and fresh, whatever an autoscaler may want: the ordinal gets another claim",
			request(5, answered(scale.Fresh), autoscaled(1, 9)), snapshot(set(), claim(4)),
			[]string{"data-web-4 replaced †"},
		},
		{
			"delete, where an autoscaler may want one of the two again", request(2, answered(scale.Delete), autoscaled(1, 3)),
			snapshot(set(), four()...),
			[]string{"data-web-3 deleted †", "data-web-2 kept (autoscaler a may scale set web up to 3)"},
		},
		{
			"the policy's, where an autoscaler may want one of the two again: the run keeps it from the controller",
			request(2, answered(scale.Delete), autoscaled(1, 3)), snapshot(set(whenScaled("Delete")), four()...),
			[]string{"data-web-3 deleted †", "data-web-2 kept (autoscaler a may scale set web up to 3)"},
		},
		{"up, being deleted", request(5, answered(scale.Reuse)), snapshot(set(), claim(4, leaving)), []string{"data-web-4 going"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(scale.Plan(tt.r, tt.s, ststest.Start))
			require.NoError(t, err)
			require.Equal(t, tt.want, fates(p))
		})
	}
}
