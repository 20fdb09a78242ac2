package undo_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/undo"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// The writes that nearly every undo begins and ends with.
const (
	puts      = "put the template of revision 1 back; template, "
	undoNotes = "annotation kubectl-sts.github.io/canary, no annotation kubernetes.io/change-cause; observed"
	undoEnds  = "no annotation kubectl-sts.github.io/canary, annotation kubectl-sts.github.io/undone; observed"
)

func TestThePlanOfAnUndo(t *testing.T) {
	const a, b = ststest.Stable, ststest.Update
	s := verbtest.On(verbtest.Rolling(a, b, ststest.Annotated(operation.ChangeCause, "kubectl apply")), "", a, a, a, b, "!"+b)
	s.Revisions[0].Annotations = map[string]string{operation.ChangeCause: "the first"}
	target, err := undo.FindTarget(s, nil, ststest.Start)
	require.NoError(t, err)

	p := verbtest.Planned(t)(plantest.Saved(undo.Plan(verbtest.Ask(verbtest.AllAtOnce).Undo(), target, s, ststest.Start)))

	fingerprint, err := podtemplate.Fingerprint(ptr.To(ststest.Template("nginx:1.21")))
	require.NoError(t, err)
	want := operation.Rollout{
		Version: 1, Verb: operation.VerbUndo, Run: "RUN", Started: ststest.Start, Stable: b, Target: a, OwnTemplate: true,
		Template: fingerprint, Steps: operation.AllAtOnce(), Soak: metav1.Duration{Duration: time.Minute}, Cause: ptr.To("kubectl apply"),
	}
	first := verbtest.Write(t, p.Steps[0])
	require.Equal(t, want, verbtest.Written(t, first))
	require.Equal(t, ptr.To("the first"), first.Annotations[operation.ChangeCause], "the revision's own cause comes back with it")
	require.Equal(t, &plan.Plan{
		Verb: "undo", Namespace: "default", Name: "web", UID: "web-uid", Record: "kubectl-sts.github.io/canary",
		Title: "undo of statefulset web: back to revision 1 (web-stable)",
		Details: []string{
			"revision 1: the rollout of the current one began from it, and is not over",
			"deletes web-4, which is not Ready and which the controller would wait for without end",
			"the controller replaces: web-3",
		},
		Images:   []podtemplate.ImageChange{{Container: "nginx", From: "nginx:1.22", To: "nginx:1.21", Alone: true}},
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute, Timeout: time.Hour,
		Resume: hint.Plugin("", "undo", "web"), Promote: hint.Plugin("", "promote", "web"),
		Watch:   hint.Plugin("", "watch", "web", "--follow"),
		Instead: hinttest.List("go to another revision: kubectl sts undo web --to-revision REVISION"),
		Success: "all 5 pods of web are back and Available",
		Steps: []plan.Step{
			{
				Title: "put the template of revision 1 back",
				Change: plan.Edit{
					Template: ststest.Raw("nginx:1.21"), Partition: ptr.To(0), Annotations: first.Annotations,
					Says: "template, partition 0, record",
				},
				Until: plan.Observed{},
			},
			{
				Title: "return web-4, web-3 to revision web-stable", Until: plan.PodsGood{From: 0}, Soak: time.Minute,
				Replace: &plan.Replace{Mode: plan.ReplaceBlocker, Grace: 30 * time.Second},
			},
			{
				Title: "end the undo",
				Change: plan.Edit{
					Partition: ptr.To(0), Says: "partition 0, no record",
					Annotations: map[string]*string{
						note.RolloutAnnotation:   nil,
						rolling.UndoneAnnotation: ptr.To(`{"from":"web-update","to":"web-stable","at":"2030-01-02T03:04:05Z"}`),
					},
				},
				Until: plan.RolledOut{},
			},
		},
	}, p)
}

// Before the controller has seen the template its status speaks of another.
func TestAnUndoNotesWhatTheTemplateReallyWas(t *testing.T) {
	s := verbtest.On(verbtest.Rolling(ststest.Stable, ststest.Stable, ststest.Updating("nginx:1.23"), ststest.Unseen), "",
		ststest.Stable, ststest.Stable, ststest.Stable, ststest.Stable, ststest.Stable)
	s.Set.Status.UpdateRevision = ststest.Stable
	p := verbtest.Planned(t)(verbtest.ToRevision(ststest.Stable)(verbtest.Ask(verbtest.AllAtOnce), s, ststest.Start))
	require.Equal(t, verbtest.Third, verbtest.Written(t, verbtest.Write(t, p.Steps[0])).Stable)
}
