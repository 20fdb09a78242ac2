package scale_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// What keeps a claim from one verb keeps it from the other, in the same words: from
// a scale-down that is to delete it, and from a prune after the same scale-down.
func TestWhatProtectsAClaimProtectsItFromEveryVerb(t *testing.T) {
	of := ststest.Snapshot(set()).UID()
	smaller := set(ststest.Replicas(3), func(s *appsv1.StatefulSet) { s.Status.Replicas = 3 })
	tests := []struct {
		name  string
		claim claimOption
		user  string // a pod that uses it
		want  string // why it is kept, empty where nothing keeps it
	}{
		{"nothing", func(*sts.Claim) {}, "", ""},
		{"the annotation", kept, "", "annotation kubectl-sts.github.io/keep"},
		{"another pod", func(*sts.Claim) {}, "backup", "pod backup mounts it or waits for it"},
		{"a controller", owned("Cluster", "pg", "x", true), "", "it belongs to Cluster pg"},
		{"an owner that controls nothing", owned("Backup", "nightly", "x", false), "", "it belongs to Backup nightly"},
		{"a set that had the name before", owned("StatefulSet", "web", "before", false), "", "it belongs to StatefulSet web"},
		{"a pod that is not its own", owned("Pod", "web-2", "x", false), "", "it belongs to Pod web-2"},
		{"its set, with whenDeleted Delete", owned("StatefulSet", "web", of, false), "", ""},
		{
			"an annotation first", func(c *sts.Claim) { kept(c); owned("Backup", "x", "x", true)(c) }, "backup",
			"annotation kubectl-sts.github.io/keep",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			made := func(c *sts.Claim) {
				c.MadeBy, c.ByController, c.Phase = "kube-controller-manager", true, corev1.ClaimBound
				c.Labels = map[string]string{"app": "web"}
			}
			c := claim(3, made, tt.claim)
			users := map[string]string{}
			world := claims.World{Sets: []sts.Snapshot{{Set: smaller}}, Users: map[claims.Key]string{}}
			if tt.user != "" {
				users[c.Name] = tt.user
				world.Users[claims.Key{Namespace: c.Namespace, Name: c.Name}] = tt.user
			}

			used := func(r *scale.Request) { r.Users = users }
			p, err := scale.Plan(request(3, answered(scale.Delete), used), snapshot(set(), c), ststest.Start)
			require.NoError(t, err)
			fate := p.Ordinals[0].Claims[0]
			require.Equal(t, tt.want, fate.Why)
			require.Equal(t, tt.want == "", fate.Fate == plan.FateDeleted, fate.Fate)

			verdicts := claims.NewJudge([]sts.Claim{c}, claims.Options{Now: ststest.Start}).All([]sts.Claim{c}, world)
			require.Len(t, verdicts, 1)
			require.Equal(t, tt.want == "", verdicts[0].Delete, verdicts[0].Reason)
			if tt.want != "" {
				require.Equal(t, tt.want, verdicts[0].Reason)
			}
		})
	}
}
