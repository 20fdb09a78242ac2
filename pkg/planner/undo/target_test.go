package undo_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/undo"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// unseen gives the set a template that its controller does not know yet.
func unseen(set *appsv1.StatefulSet) {
	set.Spec.Template = ststest.Template("nginx:1.99")
	ststest.Unseen(set)
}

func aborted(from, to string) func(*appsv1.StatefulSet) {
	return ststest.Annotated("kubectl-sts.github.io/undone",
		`{"from":"`+from+`","to":"`+to+`","at":"2030-01-01T00:00:00Z","by":"abort"}`)
}

func undone(from, to string) func(*appsv1.StatefulSet) {
	return ststest.Annotated("kubectl-sts.github.io/undone", `{"from":"`+from+`","to":"`+to+`","at":"2030-01-01T00:00:00Z"}`)
}

func TestWhereAnUndoGoes(t *testing.T) {
	const (
		a, b, c  = ststest.Stable, ststest.Update, verbtest.Third
		notOver  = "the rollout of the current one began from it, and is not over"
		previous = "the last one before the current one"
		notSeen  = "the controller has not seen the current template yet"
	)
	for _, test := range []struct {
		name    string
		s       sts.Snapshot
		to, why string
		already bool
	}{
		{"after a rollout to the one before", verbtest.On(verbtest.Rolling(c, c), "", c, c, c, c, c), b, previous, false},
		{
			"after a bad rollout that stands still to where it began", verbtest.On(verbtest.Rolling(a, b), "", a, a, a, a, "!"+b), a,
			notOver, false,
		},
		{
			"after two bad ones, of which neither got through, to where the first began",
			verbtest.On(verbtest.Rolling(a, c), "", a, a, a, a, "!"+b), a, notOver, false,
		},
		{"while a rollout goes well to where it began", verbtest.On(verbtest.Rolling(b, c), "", b, b, b, c, c), b, notOver, false},
		{
			"after a rollout, the one before which is an older template used again",
			verbtest.On(verbtest.Rolling(c, c), a, c, c, c, c, c), a, previous, false,
		},
		{
			"kubectl has put the template back and a broken pod is left: to the current one",
			verbtest.On(verbtest.Rolling(a, a), a, a, a, a, a, "!"+c), a,
			"its template is back already, but web-4 is still on revision web-third and not Available", false,
		},
		{
			"the same with two broken pods", verbtest.On(verbtest.Rolling(a, a), a, a, a, a, "!"+c, "!"+c), a,
			"its template is back already, but web-3, web-4 are still on revision web-third and not Available", false,
		},
		{
			"the current one and the one before are both broken: to the last that is not",
			verbtest.On(verbtest.Rolling(c, c), "", c, c, "!"+b, c, "!"+c), a, previous, false,
		},
		{
			"the current revision was promoted too early, and pods run the one before: to that",
			verbtest.On(verbtest.Rolling(c, c), "", b, b, b, b, c), b, previous, false,
		},
		{
			"what the rollout began from is forgotten: to the last one before",
			verbtest.On(verbtest.Rolling("web-gone", c), "", c, c, c, c, "!"+c), b, previous, false,
		},
		{"with OnDelete to what the pods run", verbtest.On(verbtest.Rolling(a, c, ststest.OnDelete), "", a, a, a, a, c), a, notOver, false},
		{
			"with OnDelete and every pod updated to the one before",
			verbtest.On(verbtest.Rolling(a, c, ststest.OnDelete), "", c, c, c, c, c), b, previous,
			false,
		},
		{"of a set without replicas to the one before", verbtest.On(verbtest.Rolling(c, c, ststest.Replicas(0)), ""), b, previous, false},
		{
			"the controller has not seen the new template: to what the pods come from",
			verbtest.On(verbtest.Rolling(c, c, unseen), "", c, c, c, c, c), c, "what the pods come from; " + notSeen, false,
		},
		{
			"a second bad template that the controller has not seen: to where the first began",
			verbtest.On(verbtest.Rolling(a, b, unseen), "", a, a, a, a, "!"+b), a, "what the pods come from; " + notSeen, false,
		},
		{
			"a template that the controller has not seen, and what the pods come from is forgotten: to the last one",
			verbtest.On(verbtest.Rolling("web-gone", b, unseen), "", c, c, c, c, c), c, "the last one; " + notSeen, false,
		},
		{
			"the second time nowhere", verbtest.On(verbtest.Rolling(a, a, undone(c, a)), a, a, a, a, a, a), a,
			"an undo at 2030-01-01T00:00:00Z left revision web-third for this one", true,
		},
		{
			"after an abort nowhere",
			verbtest.On(verbtest.Rolling(a, a, aborted(c, a)), a, a, a, a, a, a), a,
			"an abort at 2030-01-01T00:00:00Z left revision web-third for this one", true,
		},
		{
			"the second time on when a pod is not Available", verbtest.On(verbtest.Rolling(a, a, undone(c, a)), a, a, a, a, a, "!"+a), a,
			"an undo at 2030-01-01T00:00:00Z left revision web-third for this one", false,
		},
		{
			"the second time nowhere, also when the template had been back before",
			verbtest.On(verbtest.Rolling(a, a, undone(a, a)), a, a, a, a, a, a), a,
			"an undo at 2030-01-01T00:00:00Z took every pod back to it", true,
		},
		{
			"a note about another revision does not count", verbtest.On(verbtest.Rolling(c, c, undone(c, a)), "", c, c, c, c, c), b,
			previous, false,
		},
		{
			"a note that can't be read does not count",
			verbtest.On(verbtest.Rolling(c, c, ststest.Annotated("kubectl-sts.github.io/undone", "x")), "", c, c, c, c, c), b, previous,
			false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := undo.FindTarget(test.s, nil, ststest.Start)
			require.NoError(t, err)
			want, ok := test.s.Revision(test.to)
			require.True(t, ok)
			template, err := podtemplate.RevisionTemplate(want)
			require.NoError(t, err)
			require.Equal(t, &undo.Target{Revision: want, Template: template, Why: test.why, Already: test.already}, got)
		})
	}
}

func TestAnUndoToANamedRevision(t *testing.T) {
	const a, b, c = ststest.Stable, ststest.Update, verbtest.Third
	for _, test := range []struct {
		name    string
		s       sts.Snapshot
		to      string
		already bool
	}{
		{"an earlier one", verbtest.On(verbtest.Rolling(c, c), "", c, c, c, c, c), a, false},
		{"a note does not matter", verbtest.On(verbtest.Rolling(a, a, undone(c, a)), "", a, a, a, a, a), c, false},
		{"the current one, which every pod runs", verbtest.On(verbtest.Rolling(c, c), "", c, c, c, c, c), c, true},
		{"the current one, which not every pod runs", verbtest.On(verbtest.Rolling(a, c), "", a, a, a, a, c), c, false},
		{"the current one, of which a pod is not Available", verbtest.On(verbtest.Rolling(c, c), "", c, c, c, c, "!"+c), c, false},
		{"the current one, of which a pod is missing", verbtest.On(verbtest.Rolling(c, c), "", c, c, c, c), c, false},
		{
			"the current one, before the controller has seen it", verbtest.On(verbtest.Rolling(c, c, ststest.Unseen), "", c, c, c, c, c), c,
			false,
		},
		{"one that every pod runs, but the template is another", verbtest.On(verbtest.Rolling(a, c), "", a, a, a, a, a), a, false},
		{"the current one of a set without replicas", verbtest.On(verbtest.Rolling(c, c, ststest.Replicas(0)), ""), c, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			named, ok := test.s.Revision(test.to)
			require.True(t, ok)
			got, err := undo.FindTarget(test.s, named, ststest.Start)
			require.NoError(t, err)
			require.Equal(t, test.to, got.Revision.Name)
			require.Equal(t, test.already, got.Already)
			require.Empty(t, got.Why)
		})
	}
}

func TestNowhereToGoBackTo(t *testing.T) {
	s := verbtest.OnThird()
	no := &plan.Refusal{
		Why: `statefulset "web" has no other revision to go back to`,
		Try: hinttest.List("see what there is: kubectl sts history web"),
	}
	for name, revisions := range map[string][]*appsv1.ControllerRevision{
		"only the current one is left": s.Revisions[2:],
		"there is none at all":         nil,
	} {
		t.Run(name, func(t *testing.T) {
			s := s
			s.Revisions = revisions
			got, err := undo.FindTarget(s, nil, ststest.Start)
			require.Nil(t, got)
			require.Equal(t, no, err)
		})
	}
}

func TestARevisionThatHoldsNoTemplateIsNoTarget(t *testing.T) {
	s := verbtest.OnThird()
	s.Revisions[1].Data.Raw = []byte(`{}`)
	_, err := undo.FindTarget(s, nil, ststest.Start)
	require.EqualError(t, err, "revision web-update holds no pod template")
}
