package claims_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Where no template of any set gives the name, all must speak for it.
func TestClaimsWithoutEvidenceAreKept(t *testing.T) {
	byHand, unknown := madeBy("kubectl-create"), madeBy("")
	tests := []struct {
		name   string
		scene  scene
		reason string
	}{
		{
			"made by hand for a job of the set", standard(only(claim("logs-web-0", byHand))),
			"it was made by kubectl-create, not by the StatefulSet controller",
		},
		{
			"made by hand and not bound yet", standard(only(claim("logs-web-0", byHand, func(c *storage.Claim) { c.Volume = "" }))),
			"it was made by kubectl-create, not by the StatefulSet controller",
		},
		{
			"with other labels than the set's", standard(only(claim("logs-web-0", labels(map[string]string{"app": "job"})))),
			"set web has no claim template logs, and the claim's labels are not those of the set",
		},
		{
			"of a set whose selector gives no labels", standard(only(claim("logs-web-0")),
				sets(set("web", 2, data, func(s *appsv1.StatefulSet) { s.Spec.Selector = &metav1.LabelSelector{} }))),
			"set web has no claim template logs, and the claim's labels are not those of the set",
		},
		{
			"a sibling of another kind", standard(only(claim("logs-web-0"), claim("logs-web-1", byHand))),
			"its sibling logs-web-1 was made by kubectl-create, not by the StatefulSet controller",
		},
		{
			"a sibling that a pod mounts", standard(only(claim("logs-web-0"), claim("logs-web-1")), mount("logs-web-1", "job-1")),
			"pod job-1 mounts its sibling logs-web-1",
		},
		{
			"a sibling that belongs to something",
			standard(only(claim("logs-web-0"), claim("logs-web-1", ownedBy("Backup", "b", "b-uid")))),
			"its sibling logs-web-1 belongs to Backup b",
		},
		{
			"siblings with different labels",
			standard(only(claim("logs-web-0"), claim("logs-web-1", labels(map[string]string{"app": "web", "tier": "x"})))),
			"logs-web-0 and logs-web-1 have different labels",
		},
		{
			"a lone claim that nobody knows the maker of", standard(only(claim("logs-web-0", unknown), claim("data-db-0"))),
			"nothing but its name and labels tells that a set made it",
		},
		{
			"the set is gone and the claim has no labels",
			standard(sets(), deletedSets, only(claim("logs-web-0", labels(nil)), claim("logs-web-1", labels(nil)))),
			"it has no labels, and claims of a set have those of its selector",
		},
		{
			"the set is gone, and the claim that remains looks like a Deployment's",
			standard(sets(), deletedSets, only(claim("logs-web-0", madeBy("helm")), claim("logs-web-1", madeBy("helm")))),
			"it was made by helm, not by the StatefulSet controller",
		},
		{
			"another template of the set, but with other labels",
			standard(sets(), deletedSets,
				only(claim("logs-web-0", unknown), claim("data-web-0", unknown, labels(map[string]string{"app": "x"})))),
			"nothing but its name and labels tells that a set made it",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := test.scene.about("logs-web-0")

			require.Equal(t, []any{false, claims.Unclear, test.reason}, []any{v.Delete, v.Class, v.Reason})
		})
	}
}

func TestTheNameOfASetThatIsGone(t *testing.T) {
	tests := []struct {
		name   string
		labels map[string]string
		asked  []string
		want   [2]string
	}{
		{"the one that was asked for", map[string]string{"app": "my-web"}, []string{"web"}, [2]string{"web", "data-my"}},
		{"one that a label names", map[string]string{"app": "web"}, nil, [2]string{"web", "data-my"}},
		{"or with the shortest template", map[string]string{"app": "x"}, nil, [2]string{"my-web", "data"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := standard(sets(), deletedSets, ask(func(o *claims.Options) { o.Sets = test.asked }),
				only(claim("data-my-web-0", labels(test.labels))))

			v := s.about("data-my-web-0")

			require.Equal(t, test.want, [2]string{v.Set, v.Template})
			require.True(t, v.Delete)
			require.Equal(t, "set "+test.want[0]+" is gone", v.Reason)
		})
	}
}

func TestASecondLookSeesWhatHasChanged(t *testing.T) {
	s := standard(only(claim("data-web-4"), claim("logs-web-0", madeBy("")), claim("logs-web-1", madeBy(""))))
	judge := claims.NewJudge(s.claims, s.options)
	first := judge.All(s.claims, s.world)

	require.Equal(t, first[:1], judge.Again(first[:1], s.world), "a look at one of them knows all its siblings")
	require.Equal(t, first[1:2], judge.Again(first[1:2], s.world))
	mount("logs-web-1", "job-1")(&s)
	require.Equal(t, "pod job-1 mounts its sibling logs-web-1", judge.Again(first[1:2], s.world)[0].Reason)
	s.world.Sets = []sts.Snapshot{set("web", 5, data)}
	require.Equal(t, claims.InRange, judge.Again(first[:1], s.world)[0].Class)
}

func TestTheMakersOfOneNamespaceTellAboutAnother(t *testing.T) {
	gone := scene{claims: []storage.Claim{claim("data-db-0", labels(map[string]string{"app": "db"}), madeBy("distro-controller"))}}
	deletedSets(&gone)
	first := claims.NewJudge(gone.claims, gone.options)

	require.Equal(t, "it was made by distro-controller, not by the StatefulSet controller", first.All(gone.claims, gone.world)[0].Reason)
	require.Equal(t, []string{"distro-controller"}, first.Doubted())

	elsewhere := claim("data-web-0")
	elsewhere.Namespace, elsewhere.MadeBy = "elsewhere", "distro-controller"
	gone.options.Makers = claims.Makers{}
	gone.options.Makers.Learn([]storage.Claim{elsewhere})
	again := claims.NewJudge(gone.claims, gone.options)

	require.Equal(t, claims.SetGone, again.All(gone.claims, gone.world)[0].Class)
	require.True(t, again.All(gone.claims, gone.world)[0].Delete)
	require.Empty(t, again.Doubted())
}

func TestAClaimThatTheJudgeDoesNotKnowIsKept(t *testing.T) {
	gone := scene{claims: []storage.Claim{claim("data-db-0", labels(map[string]string{"app": "db"}))}}
	deletedSets(&gone)
	verdicts := gone.judge()
	require.True(t, verdicts[0].Delete)

	later := claims.NewJudge(nil, gone.options)

	require.Equal(t, claims.Unclear, later.Again(verdicts, gone.world)[0].Class)
	require.False(t, later.Again(verdicts, gone.world)[0].Delete)
}
