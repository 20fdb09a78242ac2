package claims_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func TestAVerdictSaysAllThatIsKnown(t *testing.T) {
	s := standard()

	require.Equal(t, claims.Verdict{
		Claim: s.claims[4], Delete: true, Class: claims.OutOfRange, Reason: "not needed: web runs ordinals 0-1",
		Set: "web", Template: "data", Ordinal: 4, Seen: claims.Seen{UID: "web-uid", Generation: 1, Ordinals: workload.NewOrdinals(0, 2)},
	}, s.about("data-web-4"))
}

func TestClaimsThatNoSetWants(t *testing.T) {
	tests := []struct {
		name  string
		scene scene
		want  map[string]claims.Class
	}{
		{
			"the ordinals of a scale-down", standard(),
			map[string]claims.Class{"data-web-2": claims.OutOfRange, "data-web-3": claims.OutOfRange, "data-web-4": claims.OutOfRange},
		},
		{
			"the ordinals below a start that has moved up",
			standard(sets(set("web", 2, data, ststest.From(3))), only(claim("data-web-2"), claim("data-web-3"), claim("data-web-4"))),
			map[string]claims.Class{"data-web-2": claims.OutOfRange},
		},
		{
			"a name that can be read in two ways, with the labels of the set that gives it",
			standard(sets(set("my-web", 1, data)), only(claim("data-my-web-1", labels(map[string]string{"app": "my-web"})))),
			map[string]claims.Class{"data-my-web-1": claims.OutOfRange},
		},
		{
			"a name that can be read in one way only, whatever its labels are",
			standard(only(claim("data-web-4", labels(nil)), claim("data-web-5", labels(map[string]string{"app": "x"})))),
			map[string]claims.Class{"data-web-4": claims.OutOfRange, "data-web-5": claims.OutOfRange},
		},
		{
			"the claims of a template that is gone",
			standard(only(claim("data-web-0"), claim("logs-web-0"), claim("logs-web-1"))),
			map[string]claims.Class{"logs-web-0": claims.TemplateGone, "logs-web-1": claims.TemplateGone},
		},
		{
			"claims of a set that is gone, where they are asked for",
			standard(sets(), only(claim("data-web-0"), claim("data-web-1")), deletedSets),
			map[string]claims.Class{"data-web-0": claims.SetGone, "data-web-1": claims.SetGone},
		},
		{
			"a lone one too, when the controller made it",
			standard(sets(), only(claim("data-web-0")), deletedSets),
			map[string]claims.Class{"data-web-0": claims.SetGone},
		},
		{
			"where nobody knows who made them, another ordinal with the same labels",
			standard(sets(), only(claim("data-web-0", madeBy("")), claim("data-web-1", madeBy(""))), deletedSets),
			map[string]claims.Class{"data-web-0": claims.SetGone, "data-web-1": claims.SetGone},
		},
		{
			"or another template with the same labels",
			standard(sets(), only(claim("data-web-0", madeBy("")), claim("logs-web-0", madeBy(""))), deletedSets),
			map[string]claims.Class{"data-web-0": claims.SetGone, "logs-web-0": claims.SetGone},
		},
		{
			"one that was never bound, where the controllers have another name, which others tell",
			standard(only(claim("logs-web-0", madeBy("k3s")),
				claim("data-web-0", madeBy("k3s"), func(c *storage.Claim) { c.ByController = true }))),
			map[string]claims.Class{"logs-web-0": claims.TemplateGone},
		},
		{
			"those that restore-pvc brought back",
			standard(sets(), only(claim("data-web-0", madeBy(fieldmanager.Ours))), deletedSets),
			map[string]claims.Class{"data-web-0": claims.SetGone},
		},
		{
			"those that an earlier version brought back",
			standard(sets(), only(claim("data-web-0", madeBy("kubectl-sts"))), deletedSets),
			map[string]claims.Class{"data-web-0": claims.SetGone},
		},
		{
			"those that their own set owns (whenDeleted: Delete)",
			standard(only(claim("data-web-4", ownedBy("StatefulSet", "web", "web-uid")))),
			map[string]claims.Class{"data-web-4": claims.OutOfRange},
		},
		{
			"those of a set that sleeps, where they are asked for",
			standard(sets(set("web", 0, data)), only(claim("data-web-0")), ask(func(o *claims.Options) { o.ScaledToZero = true })),
			map[string]claims.Class{"data-web-0": claims.OutOfRange},
		},
		{
			"ordinals that the autoscaler does not reach",
			standard(func(s *scene) {
				s.world.Scalers = []claims.Scaler{scaler("default", "web", 4)}
			}),
			map[string]claims.Class{"data-web-4": claims.OutOfRange},
		},
		{
			"those whose condition says that a pod uses them, where none does",
			standard(alter("data-web-4", func(c *storage.Claim) { c.InUse = true })),
			map[string]claims.Class{"data-web-2": claims.OutOfRange, "data-web-3": claims.OutOfRange, "data-web-4": claims.OutOfRange},
		},
		{
			"an autoscaler of another set, or of a set in another namespace, reaches nothing",
			standard(func(s *scene) {
				s.world.Scalers = []claims.Scaler{scaler("default", "db", 9), scaler("other", "web", 9)}
			}),
			map[string]claims.Class{"data-web-2": claims.OutOfRange, "data-web-3": claims.OutOfRange, "data-web-4": claims.OutOfRange},
		},
		{
			"of two sets only those of the one that was asked for",
			standard(sets(set("web", 1, data), set("db", 0, nil)), only(claim("data-web-1"), claim("data-db-1")),
				ask(func(o *claims.Options) { o.Sets = []string{"web"} })),
			map[string]claims.Class{"data-web-1": claims.OutOfRange},
		},
		{
			"a pod of another namespace mounts another claim",
			standard(only(claim("data-web-4")), func(s *scene) {
				s.world.Users = map[claims.Key]string{{Namespace: "other", Name: "data-web-4"}: "x"}
			}),
			map[string]claims.Class{"data-web-4": claims.OutOfRange},
		},
		{
			"sets web and web-1 with templates data and data-web: names alike, none the same",
			standard(sets(set("web", 1, []string{"data", "data-web"}), set("web-1", 1, []string{"data", "data-web"})),
				only(claim("data-web-0"), claim("data-web-1"), claim("data-web-1-0"),
					claim("data-web-1-1", labels(map[string]string{"app": "web-1"})),
					claim("data-web-web-0"), claim("data-web-web-1-0"), claim("data-web-web-1"))),
			map[string]claims.Class{
				"data-web-1": claims.OutOfRange, "data-web-1-1": claims.OutOfRange, "data-web-web-1": claims.OutOfRange,
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, test.scene.deleted()) })
	}
}

// What the pods say decides; that the condition Unused lags behind is said.
func TestAConditionThatContradictsThePodsIsSaid(t *testing.T) {
	s := standard(alter("data-web-4", func(c *storage.Claim) { c.InUse = true }))
	require.Equal(t, "not needed: web runs ordinals 0-1; no pod uses it, though its condition Unused is False",
		s.about("data-web-4").Reason)
	require.Equal(t, "not needed: web runs ordinals 0-1", s.about("data-web-3").Reason)
}

func TestOlderThanCountsIdleTimeWhereItIsKnown(t *testing.T) {
	idle := func(c *storage.Claim) { c.UnusedSince = ststest.Start.Add(-50 * time.Minute) }
	s := standard(ask(func(o *claims.Options) { o.OlderThan = 50 * time.Minute }), alter("data-web-3", idle),
		alter("data-web-2", func(c *storage.Claim) { c.Created = ststest.Start.Add(-50*time.Minute + time.Second) }))

	require.Equal(t, map[string]claims.Class{"data-web-3": claims.OutOfRange, "data-web-4": claims.OutOfRange}, s.deleted())
}
