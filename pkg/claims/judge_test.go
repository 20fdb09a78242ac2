package claims_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestAVerdictSaysAllThatIsKnown(t *testing.T) {
	s := standard()

	require.Equal(t, claims.Verdict{
		Claim: s.claims[4], Delete: true, Class: claims.OutOfRange, Reason: "ordinal 4 is outside of [0,2)",
		Set: "web", Template: "data", Ordinal: 4, Seen: claims.Seen{UID: "web-uid", Generation: 1, Replicas: 2},
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
				claim("data-web-0", madeBy("k3s"), func(c *sts.Claim) { c.ByController = true }))),
			map[string]claims.Class{"logs-web-0": claims.TemplateGone},
		},
		{
			"those that restore-pvc brought back",
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
				s.world.Scalers = []claims.Scaler{{Namespace: "default", Name: "hpa", Set: "web", Max: 4}}
			}),
			map[string]claims.Class{"data-web-4": claims.OutOfRange},
		},
		{
			"an autoscaler of another set, or of a set in another namespace, reaches nothing",
			standard(func(s *scene) {
				s.world.Scalers = []claims.Scaler{{"default", "hpa", "db", 9}, {"other", "hpa", "web", 9}}
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

func TestClaimsThatAreKept(t *testing.T) {
	tests := []struct {
		name   string
		scene  scene
		claim  string
		class  claims.Class
		reason string
	}{
		{
			"in range, with a pod", standard(), "data-web-1",
			claims.InRange, "set web wants ordinal 1: its range is [0,2)",
		},
		{
			"in range without a pod: it is Pending or could not be made",
			standard(func(s *scene) { s.world.Users = nil }), "data-web-1",
			claims.InRange, "set web wants ordinal 1: its range is [0,2)",
		},
		{
			"out of range, but a pod mounts it, whoever's it is", standard(mount("data-web-4", "backup-x7")), "data-web-4",
			claims.Mounted, "pod backup-x7 mounts it or waits for it",
		},
		{
			"out of range, but the server says that a pod uses it",
			standard(alter("data-web-4", func(c *sts.Claim) { c.InUse = true })), "data-web-4",
			claims.Mounted, "a pod uses it: its condition Unused is False",
		},
		{
			"with the annotation that keeps", standard(alter("data-web-4", func(c *sts.Claim) { c.Keep = true })), "data-web-4",
			claims.Annotated, "annotation kubectl-sts.github.io/keep",
		},
		{
			"being deleted already", standard(alter("data-web-4", func(c *sts.Claim) { c.Deleting = true })), "data-web-4",
			claims.Deleting, "it is being deleted already",
		},
		{
			"with another owner", standard(alter("data-web-4", ownedBy("Cluster", "pg", "pg-uid"))), "data-web-4",
			claims.Owned, "it belongs to Cluster pg",
		},
		{
			"owned by the pod that goes (whenScaled: Delete)",
			standard(alter("data-web-4", ownedBy("Pod", "web-4", "pod-uid"))), "data-web-4",
			claims.Owned, "it belongs to Pod web-4",
		},
		{
			"owned by an earlier set of that name", standard(alter("data-web-4", ownedBy("StatefulSet", "web", "old-uid"))), "data-web-4",
			claims.Owned, "it belongs to StatefulSet web",
		},
		{
			"of a set that sleeps", standard(sets(set("web", 0, data))), "data-web-4",
			claims.ScaledToZero, "set web is scaled to 0 (see --scaled-to-zero)",
		},
		{
			"of a template that is gone from a set that sleeps",
			standard(sets(set("web", 0, []string{"logs"})), only(claim("data-web-4"))), "data-web-4",
			claims.ScaledToZero, "set web is scaled to 0 (see --scaled-to-zero)",
		},
		{
			"of a set that sleeps and an autoscaler may wake", standard(sets(set("web", 0, data)),
				ask(func(o *claims.Options) { o.ScaledToZero = true }),
				func(s *scene) { s.world.Scalers = []claims.Scaler{{"default", "hpa", "web", 5}} }), "data-web-4",
			claims.Autoscaled, "autoscaler hpa may scale set web up to 5",
		},
		{
			"of a set with pods that are not gone yet",
			standard(sets(set("web", 2, data, func(s *appsv1.StatefulSet) { s.Status.Replicas = 4 }))), "data-web-4",
			claims.Scaling, "set web is in the middle of a change: 4 pods, wants 2",
		},
		{
			"of a set that is between two steps of a scale, or that a killed one has left",
			standard(sets(set("web", 2, data, func(s *appsv1.StatefulSet) {
				s.Annotations = map[string]string{sts.ScaleAnnotation: "{}"}
			}))), "data-web-4",
			claims.Scaling, "a scale of set web is not over: kubectl sts scale web goes on with it",
		},
		{
			"of a set whose controller has not seen its spec", standard(sets(set("web", 2, data, ststest.Unseen))), "data-web-4",
			claims.Scaling, "set web has just been changed: its controller has not seen it yet",
		},
		{
			"of a set that is being deleted", standard(sets(set("web", 2, data, ststest.Deleted))), "data-web-4",
			claims.SetDeleting, "set web is being deleted",
		},
		{
			"below what the autoscaler may reach",
			standard(func(s *scene) { s.world.Scalers = []claims.Scaler{{"default", "hpa", "web", 5}} }), "data-web-4",
			claims.Autoscaled, "autoscaler hpa may scale set web up to 5",
		},
		{
			"below what the autoscaler may reach, counted from the first ordinal",
			standard(sets(set("web", 2, data, ststest.From(1))),
				func(s *scene) { s.world.Scalers = []claims.Scaler{{"default", "hpa", "web", 4}} }), "data-web-4",
			claims.Autoscaled, "autoscaler hpa may scale set web up to 4",
		},
		{
			"a name that two sets give",
			standard(sets(set("a-b", 1, data), set("b", 1, []string{"data-a"})), only(claim("data-a-b-7"))), "data-a-b-7",
			claims.Ambiguous, "it can be template data of set a-b or template data-a of set b",
		},
		{
			"out of range of one set, but with the labels of one that is gone and gave the same name",
			standard(sets(set("b", 1, []string{"data-a"})), only(claim("data-a-b-7", labels(map[string]string{"app": "a-b"})))),
			"data-a-b-7", claims.Ambiguous, "its labels are not those of set b: it can also be template data of a set a-b",
		},
		{
			"the same without any labels, also where sets that are gone are asked for",
			standard(sets(set("b", 1, []string{"data-a"})), only(claim("data-a-b-7", labels(nil))), deletedSets),
			"data-a-b-7", claims.Ambiguous, "its labels are not those of set b: it can also be template data of a set a-b",
		},
		{
			"out of range of one set, with the labels of another that may have given the name once",
			standard(sets(set("b", 1, []string{"data-a"}), set("a-b", 1, []string{"logs"})),
				only(claim("data-a-b-7", labels(map[string]string{"app": "a-b"})))), "data-a-b-7",
			claims.Ambiguous, "it can be template data of set a-b, whose labels it has, or template data-a of set b",
		},
		{
			"a name that two sets may have given once",
			standard(sets(
				set("my-web", 1, []string{"disk"}), set("web", 1, []string{"disk"})),
				only(claim("data-my-web-7", labels(map[string]string{"app": "web", "x": "1"}))),
				func(s *scene) {
					s.world.Sets[0].Set.Spec.Selector.MatchLabels = map[string]string{"x": "1"}
				}), "data-my-web-7",
			claims.Ambiguous, "it can be template data of set my-web or template data-my of set web",
		},
		{
			"a name that a set and one that is gone may have given once", standard(only(claim("data-my-web-7"))), "data-my-web-7",
			claims.NotAsked, "set web has no template data-my; it can also be of set my-web, which is gone (see --deleted-sets)",
		},
		{
			"of a set that is gone, which was not asked for", standard(sets()), "data-web-4",
			claims.NotAsked, "there is no set web (see --deleted-sets)",
		},
		{
			"not named as a set names its claims", standard(only(claim("backup"))), "backup",
			claims.NoSet, "it is not named as a StatefulSet names its claims",
		},
		{
			"a number that is no ordinal", standard(only(claim("data-web-01"))), "data-web-01",
			claims.NoSet, "it is not named as a StatefulSet names its claims",
		},
		{
			"a number that is too large", standard(only(claim("data-web-99999999999"))), "data-web-99999999999",
			claims.NoSet, "it is not named as a StatefulSet names its claims",
		},
		{
			"a name of one part", standard(only(claim("backup-7")), deletedSets), "backup-7",
			claims.NoSet, "it is not named as a StatefulSet names its claims",
		},
		{
			"younger than was asked for",
			standard(ask(func(o *claims.Options) { o.OlderThan = 2 * time.Hour })), "data-web-4",
			claims.TooYoung, "created 1h0m0s ago, less than --older-than; how long it has been idle is not known",
		},
		{
			"old, but used until lately",
			standard(ask(func(o *claims.Options) { o.OlderThan = 30 * time.Minute }),
				alter("data-web-4", func(c *sts.Claim) { c.UnusedSince = ststest.Start.Add(-time.Minute) })), "data-web-4",
			claims.TooYoung, "idle for 1m0s, less than --older-than",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := test.scene.about(test.claim)

			require.Equal(t, []any{false, test.class, test.reason}, []any{v.Delete, v.Class, v.Reason})
		})
	}
}

func TestOlderThanCountsIdleTimeWhereItIsKnown(t *testing.T) {
	idle := func(c *sts.Claim) { c.UnusedSince = ststest.Start.Add(-50 * time.Minute) }
	s := standard(ask(func(o *claims.Options) { o.OlderThan = 50 * time.Minute }), alter("data-web-3", idle),
		alter("data-web-2", func(c *sts.Claim) { c.Created = ststest.Start.Add(-50*time.Minute + time.Second) }))

	require.Equal(t, map[string]claims.Class{"data-web-3": claims.OutOfRange, "data-web-4": claims.OutOfRange}, s.deleted())
}
