package runner

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func TestAnAnswerIsAboutTheSetThatWasShown(t *testing.T) {
	const while = " while the question was open: nothing was changed"
	status := func(set *appsv1.StatefulSet) { set.Status.Replicas = 1 }
	foreign := ststest.Annotated("example.com/note", "new")
	tests := []struct {
		name  string
		after *appsv1.StatefulSet
		want  string // the refusal
	}{
		{"it is as it was", ststest.Set(), ""},
		{"only its status and what others note is new", ststest.Set(foreign, status), ""},
		{"somebody changed its spec", ststest.Set(ststest.Generation(7)), `statefulset "web" was changed` + while},
		{
			"another run left its record", ststest.Set(ststest.Annotated(note.RolloutAnnotation, "{}")),
			`statefulset "web" was changed` + while,
		},
		{
			"it is another one of that name", ststest.Set(func(set *appsv1.StatefulSet) { set.UID = "another" }),
			`statefulset "web" was deleted` + while,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			shown := ststest.Snapshot(ststest.Set())
			r, _, _ := (&cluster{set: test.after}).runner(t, options.RunFlags{})

			s, err := r.Again(t.Context(), shown)
			require.NoError(t, err)
			require.Equal(t, shown, s, "nobody was asked: nothing is read again")

			r.shown = true
			s, err = r.Again(t.Context(), shown)
			if test.want != "" {
				var no *plan.Refusal
				require.ErrorAs(t, err, &no)
				require.Equal(t, test.want, no.Why)
				return
			}
			require.NoError(t, err)
			require.Equal(t, workload.FromApps(test.after).Status, s.Set.Status, "the run begins with what there is now")
		})
	}
}

func TestASetThatIsGoneAfterTheQuestionIsRefused(t *testing.T) {
	require.Equal(t, `statefulset "web" was deleted`, changed(ststest.Snapshot(ststest.Set()), sts.Snapshot{}))
}
