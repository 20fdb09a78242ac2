package scale_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
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

// owned gives the claim an owner, which controls it or does not.
func owned(kind, name string, uid types.UID, controls bool) claimOption {
	return func(c *sts.Claim) {
		c.Owners = []metav1.OwnerReference{{Kind: kind, Name: name, UID: uid, Controller: ptr.To(controls)}}
	}
}

// also is one more owner.
func also(owner metav1.OwnerReference) claimOption {
	return func(c *sts.Claim) { c.Owners = append(c.Owners, owner) }
}

// twoWays gives web a template whose claims template data of a set a-web makes as well.
func twoWays(set *appsv1.StatefulSet) { set.Spec.VolumeClaimTemplates[0].Name = "data-a" }

// eithers is the claim of ordinal 3 then.
func eithers(c *sts.Claim) { c.Name, c.UID = "data-a-web-3", "data-a-web-3" }

// other is set a-web with template data and so many replicas.
func other(replicas int32, changes ...setOption) *appsv1.StatefulSet {
	return set(append([]setOption{ststest.Replicas(replicas), func(set *appsv1.StatefulSet) {
		set.Name, set.UID = "a-web", "a-web-uid"
		set.Spec.Selector.MatchLabels = map[string]string{"app": "a-web"}
	}}, changes...)...)
}

// rivals is the world with that set.
func rivals(replicas int32) func(*scale.Request) {
	return func(r *scale.Request) { r.World.Sets = []sts.Snapshot{{Set: other(replicas)}, {Set: set(twoWays)}} }
}

// autoscaled is the world with autoscaler a of web.
func autoscaled(least, most int) func(*scale.Request) {
	return func(r *scale.Request) {
		r.World.Scalers = []claims.Scaler{{
			Namespace: "default", Set: "web", Autoscaler: sts.Autoscaler{Name: "a", Min: least, Max: most},
		}}
	}
}

func TestFates(t *testing.T) {
	retained := func(c *sts.Claim) { c.Reclaim = "Retain" }
	unknown := func(c *sts.Claim) { c.Reclaim = "" }
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

func TestSuccessSaysWhatBecameOfTheClaims(t *testing.T) {
	tests := []struct {
		name string
		r    scale.Request
		want string
	}{
		{
			"kept", request(2, answered(scale.Keep)),
			"statefulset web has 2 replicas, all Available; 2 claims are kept, to see and delete: kubectl sts prune-pvc web",
		},
		{"deleted", request(3, answered(scale.Delete)), "statefulset web has 3 replicas, all Available; 1 claim is deleted"},
		{
			"each otherwise", request(0, by(map[int]scale.Answer{3: scale.Delete, 2: scale.RetainVolume})),
			"statefulset web has 0 replicas; 1 claim is deleted; 1 claim is deleted, its volume stays; " +
				"to restore: kubectl sts restore-pvc data-web-2; 2 claims are kept, to see and delete: kubectl sts prune-pvc web",
		},
		{"whatever the others are like", request(4, func(r *scale.Request) { r.Force = true }), "statefulset web has 4 replicas"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(scale.Plan(tt.r, snapshot(set(), four()...), ststest.Start))
			require.NoError(t, err)
			require.Equal(t, tt.want, p.Success)
		})
	}
}

func TestSuccessSaysWhatBringsTheClaimsBack(t *testing.T) {
	stays := func(c *sts.Claim) { c.Reclaim = corev1.PersistentVolumeReclaimRetain }
	safe := snapshot(set(), claim(0), claim(1), claim(2), claim(3, stays))
	const of = "statefulset web has 3 replicas, all Available; 1 claim is deleted, its volume stays"
	tests := []struct {
		name     string
		r        scale.Request
		s        sts.Snapshot
		want     string
		recorded bool
	}{
		{
			"a record is written where the volume stays by itself", request(3, answered(scale.Delete)), safe,
			of + "; to restore: kubectl sts restore-pvc data-web-3", true,
		},
		{
			"but not when it can't be", request(3, answered(scale.Delete), func(r *scale.Request) { r.Unrecorded = true }), safe, of, false,
		},
		{
			"in the folder that was given", request(3, answered(scale.RetainVolume), func(r *scale.Request) { r.RecordDir = "my records" }),
			safe, of + "; to restore: kubectl sts restore-pvc data-web-3 --record 'my records'", true,
		},
		{
			"with what an earlier part of the run has deleted", request(3),
			snapshot(set(
				ststest.Replicas(3),
				record(`{"version":1,"from":5,"to":3,"claims":{"data-web-4":{"uid":"4","retainVolume":true},`+
					`"data-web-3":{"uid":"data-web-3","retainVolume":true}}}`),
			), four()...),
			of + "; to restore: kubectl sts restore-pvc data-web-3 data-web-4", true,
		},
		{
			"what the controller deletes has no record", request(3, answered(scale.Delete)),
			snapshot(set(whenScaled("Delete")), claim(3, stays)), of, false,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(scale.Plan(tt.r, tt.s, ststest.Start))
			require.NoError(t, err)
			require.Equal(t, tt.want, p.Success)
			require.Equal(t, tt.recorded, slices.ContainsFunc(p.Steps, func(s plan.Step) bool {
				d, ok := s.Change.(plan.DeleteClaim)
				return ok && d.Receipt
			}))
		})
	}
}

func TestWarnings(t *testing.T) {
	scalers := autoscaled(2, 6)
	tests := []struct {
		name string
		r    scale.Request
		s    sts.Snapshot
		want []string
	}{
		{"nothing to warn of", request(3), snapshot(set()), nil},
		{
			"data that waits elsewhere",
			request(6, func(r *scale.Request) { r.Left, r.RecordDir = []string{"data-web-5"}, "my records" }), snapshot(set()),
			[]string{"new and empty, though volumes with the data of earlier ones are still there: data-web-5; " +
				"to have that data instead, first: kubectl sts restore-pvc data-web-5 --record 'my records'"},
		},
		{
			"a tool that has its own replicas", request(3), snapshot(set(ststest.Annotated("meta.helm.sh/release-name", "web"))),
			[]string{"Helm manages statefulset web and may put its own replicas back; change the source as well"},
		},
		{
			"an autoscaler, within its range", request(3, scalers), snapshot(set()),
			[]string{"HorizontalPodAutoscaler a (2 to 6 replicas) targets statefulset web and may change the replicas again"},
		},
		{
			"an autoscaler, below its range", request(1, scalers), snapshot(set()),
			[]string{"HorizontalPodAutoscaler a (2 to 6 replicas) targets statefulset web and " +
				"will change the replicas back, which halts the run"},
		},
		{
			"an autoscaler, at 0", request(0, scalers), snapshot(set()),
			[]string{"HorizontalPodAutoscaler a (2 to 6 replicas) targets statefulset web; " +
				"at 0 replicas it rests, and goes on as soon as there are any"},
		},
		{
			"pods that are born at the update revision", request(6),
			ststest.Snapshot(set(ststest.Updating("nginx:1.22"), ststest.Partition(5)), ststest.Pods(0, 4)),
			[]string{"at the update revision web-update, which partition 5 lets through: web-5"},
		},
		{
			"a command that has no pod to run for", request(5, func(r *scale.Request) { r.Hook = &plan.Hook{Command: "x"} }),
			snapshot(set()),
			[]string{"no pod goes, so the command before it is not run"},
		},
		{
			"a claim that may be another's", request(4, answered(scale.Reuse), rivals(3)),
			snapshot(set(ststest.Replicas(3), twoWays), claim(3, eithers)),
			[]string{"claim data-a-web-3 may be set a-web's: its name fits both"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(scale.Plan(tt.r, tt.s, ststest.Start))
			require.NoError(t, err)
			require.Equal(t, tt.want, p.Warnings)
		})
	}
}
