package claims_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

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
			claims.InRange, "needed: web runs ordinals 0-1",
		},
		{
			"in range without a pod: it is Pending or could not be made",
			standard(func(s *scene) { s.world.Users = nil }), "data-web-1",
			claims.InRange, "needed: web runs ordinals 0-1",
		},
		{
			"out of range, but a pod mounts it, whoever's it is", standard(mount("data-web-4", "backup-x7")), "data-web-4",
			claims.Mounted, "pod backup-x7 mounts it or waits for it",
		},
		{
			"a pod mounts it, whatever the condition says",
			standard(mount("data-web-4", "backup-x7"), alter("data-web-4", func(c *storage.Claim) { c.UnusedSince = ststest.Start })),
			"data-web-4", claims.Mounted, "pod backup-x7 mounts it or waits for it, though its condition Unused is True",
		},
		{
			"with the annotation that keeps", standard(alter("data-web-4", func(c *storage.Claim) { c.Keep = true })), "data-web-4",
			claims.Annotated, "annotation kubectl-sts.github.io/keep",
		},
		{
			"being deleted already", standard(alter("data-web-4", func(c *storage.Claim) { c.Deleting = true })), "data-web-4",
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
				func(s *scene) { s.world.Scalers = []claims.Scaler{scaler("default", "web", 5)} }), "data-web-4",
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
				s.Annotations = map[string]string{note.ScaleAnnotation: "{}"}
			}))), "data-web-4",
			claims.Scaling, "a scale of set web is not over: finish it first",
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
			standard(func(s *scene) { s.world.Scalers = []claims.Scaler{scaler("default", "web", 5)} }), "data-web-4",
			claims.Autoscaled, "autoscaler hpa may scale set web up to 5",
		},
		{
			"below what the autoscaler may reach, counted from the first ordinal",
			standard(sets(set("web", 2, data, ststest.From(1))),
				func(s *scene) { s.world.Scalers = []claims.Scaler{scaler("default", "web", 4)} }), "data-web-4",
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
				alter("data-web-4", func(c *storage.Claim) { c.UnusedSince = ststest.Start.Add(-time.Minute) })), "data-web-4",
			claims.TooYoung, "idle for 1m0s, less than --older-than",
		},
		{
			"old, but its pod has gone so lately that the condition does not tell it yet",
			standard(ask(func(o *claims.Options) { o.OlderThan = time.Second }),
				alter("data-web-4", func(c *storage.Claim) { c.InUse = true })), "data-web-4",
			claims.TooYoung, "how long it has been idle is not known: its condition Unused is False, though no pod uses it",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := test.scene.about(test.claim)

			require.Equal(t, []any{false, test.class, test.reason}, []any{v.Delete, v.Class, v.Reason})
		})
	}
}
