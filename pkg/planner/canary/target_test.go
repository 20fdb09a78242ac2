package canary_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// third is a revision after Update, with nginx:1.23.
const third = "web-third"

// on is a snapshot whose pods run these revisions, lowest ordinal first; a "!"
// before one is a pod that is not Ready. Its revisions are of nginx:1.21, 1.22
// and 1.23, in this order but for one that is renumbered as the newest.
func on(set *appsv1.StatefulSet, newest string, pods ...string) sts.Snapshot {
	numbers := map[string]int64{ststest.Stable: 1, ststest.Update: 2, third: 3}
	if newest != "" {
		numbers[newest] = 4
	}
	var all []*corev1.Pod
	for o, revision := range pods {
		if revision[0] == '!' {
			all = append(all, ststest.Pod(o, ststest.Revision(revision[1:]), ststest.Unready))
			continue
		}
		all = append(all, ststest.Pod(o, ststest.Revision(revision)))
	}
	return sts.Observe(set, all, []*appsv1.ControllerRevision{
		ststest.ControllerRevision(ststest.Stable, "nginx:1.21", numbers[ststest.Stable]),
		ststest.ControllerRevision(ststest.Update, "nginx:1.22", numbers[ststest.Update]),
		ststest.ControllerRevision(third, "nginx:1.23", numbers[third]),
	}, nil)
}

// rolling is the set on its way from a revision to another.
func rolling(from, to string, changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	images := map[string]string{ststest.Stable: "nginx:1.21", ststest.Update: "nginx:1.22", third: "nginx:1.23"}
	return ststest.Set(append([]func(*appsv1.StatefulSet){func(set *appsv1.StatefulSet) {
		set.Spec.Template = ststest.Template(images[to])
		set.Status.CurrentRevision, set.Status.UpdateRevision = from, to
	}}, changes...)...)
}

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
		a, b, c  = ststest.Stable, ststest.Update, third
		notOver  = "the rollout of the present one is not over, and began from it"
		previous = "the last one before the present one"
		notSeen  = "the controller has not seen the current template yet"
	)
	for _, test := range []struct {
		name    string
		s       sts.Snapshot
		to, why string
		already bool
	}{
		{"after a rollout to the one before", on(rolling(c, c), "", c, c, c, c, c), b, previous, false},
		{"after a bad rollout that stands still to where it began", on(rolling(a, b), "", a, a, a, a, "!"+b), a, notOver, false},
		{
			"after two bad ones, of which neither got through, to where the first began",
			on(rolling(a, c), "", a, a, a, a, "!"+b), a, notOver, false,
		},
		{"while a rollout goes well to where it began", on(rolling(b, c), "", b, b, b, c, c), b, notOver, false},
		{
			"after a rollout, the one before which is an older template used again",
			on(rolling(c, c), a, c, c, c, c, c), a, previous, false,
		},
		{
			"kubectl has put the template back and a broken pod is left: to the present one",
			on(rolling(a, a), a, a, a, a, a, "!"+c), a,
			"its template is back already, but web-4 is still on revision web-third and not Available", false,
		},
		{
			"the same with two broken pods", on(rolling(a, a), a, a, a, a, "!"+c, "!"+c), a,
			"its template is back already, but web-3, web-4 are still on revision web-third and not Available", false,
		},
		{
			"the present one and the one before are both broken: to the last that is not",
			on(rolling(c, c), "", c, c, "!"+b, c, "!"+c), a, previous, false,
		},
		{
			"the current revision was promoted too early, and pods run the one before: to that",
			on(rolling(c, c), "", b, b, b, b, c), b, previous, false,
		},
		{
			"what the rollout began from is forgotten: to the last one before",
			on(rolling("web-gone", c), "", c, c, c, c, "!"+c), b, previous, false,
		},
		{"with OnDelete to what the pods run", on(rolling(a, c, ststest.OnDelete), "", a, a, a, a, c), a, notOver, false},
		{
			"with OnDelete and every pod updated to the one before", on(rolling(a, c, ststest.OnDelete), "", c, c, c, c, c), b, previous,
			false,
		},
		{"of a set without replicas to the one before", on(rolling(c, c, ststest.Replicas(0)), ""), b, previous, false},
		{
			"the controller has not seen the new template: to what the pods come from",
			on(rolling(c, c, unseen), "", c, c, c, c, c), c, "what the pods come from; " + notSeen, false,
		},
		{
			"a second bad template that the controller has not seen: to where the first began",
			on(rolling(a, b, unseen), "", a, a, a, a, "!"+b), a, "what the pods come from; " + notSeen, false,
		},
		{
			"a template that the controller has not seen, and what the pods come from is forgotten: to the last one",
			on(rolling("web-gone", b, unseen), "", c, c, c, c, c), c, "the last one; " + notSeen, false,
		},
		{
			"the second time nowhere", on(rolling(a, a, undone(c, a)), a, a, a, a, a, a), a,
			"an undo at 2030-01-01T00:00:00Z left revision web-third for this one", true,
		},
		{
			"after an abort nowhere",
			on(rolling(a, a, aborted(c, a)), a, a, a, a, a, a), a,
			"an abort at 2030-01-01T00:00:00Z left revision web-third for this one", true,
		},
		{
			"the second time on when a pod is not Available", on(rolling(a, a, undone(c, a)), a, a, a, a, a, "!"+a), a,
			"an undo at 2030-01-01T00:00:00Z left revision web-third for this one", false,
		},
		{
			"the second time nowhere, also when the template had been back before", on(rolling(a, a, undone(a, a)), a, a, a, a, a, a), a,
			"an undo at 2030-01-01T00:00:00Z took every pod back to it", true,
		},
		{"a note about another revision does not count", on(rolling(c, c, undone(c, a)), "", c, c, c, c, c), b, previous, false},
		{
			"a note that can't be read does not count",
			on(rolling(c, c, ststest.Annotated("kubectl-sts.github.io/undone", "x")), "", c, c, c, c, c), b, previous, false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := canary.FindUndoTarget(test.s, nil, "kubectl sts", ststest.Start)
			require.NoError(t, err)
			want, ok := test.s.Revision(test.to)
			require.True(t, ok)
			template, err := sts.RevisionTemplate(want)
			require.NoError(t, err)
			require.Equal(t, &canary.UndoTarget{Revision: want, Template: template, Why: test.why, Already: test.already}, got)
		})
	}
}

func TestAnUndoToANamedRevision(t *testing.T) {
	const a, b, c = ststest.Stable, ststest.Update, third
	for _, test := range []struct {
		name    string
		s       sts.Snapshot
		to      string
		already bool
	}{
		{"an earlier one", on(rolling(c, c), "", c, c, c, c, c), a, false},
		{"a note does not matter", on(rolling(a, a, undone(c, a)), "", a, a, a, a, a), c, false},
		{"the present one, which every pod runs", on(rolling(c, c), "", c, c, c, c, c), c, true},
		{"the present one, which not every pod runs", on(rolling(a, c), "", a, a, a, a, c), c, false},
		{"the present one, of which a pod is not Available", on(rolling(c, c), "", c, c, c, c, "!"+c), c, false},
		{"the present one, of which a pod is missing", on(rolling(c, c), "", c, c, c, c), c, false},
		{"the present one, before the controller has seen it", on(rolling(c, c, ststest.Unseen), "", c, c, c, c, c), c, false},
		{"one that every pod runs, but the template is another", on(rolling(a, c), "", a, a, a, a, a), a, false},
		{"the present one of a set without replicas", on(rolling(c, c, ststest.Replicas(0)), ""), c, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			named, ok := test.s.Revision(test.to)
			require.True(t, ok)
			got, err := canary.FindUndoTarget(test.s, named, "kubectl sts", ststest.Start)
			require.NoError(t, err)
			require.Equal(t, test.to, got.Revision.Name)
			require.Equal(t, test.already, got.Already)
			require.Empty(t, got.Why)
		})
	}
}

func TestNowhereToGoBackTo(t *testing.T) {
	s := on(rolling(third, third), "", third, third, third, third, third)
	no := &plan.Refusal{
		Why: `statefulset "web" has no other revision to go back to`,
		Try: []string{"see what there is: kubectl sts history web"},
	}
	for name, revisions := range map[string][]*appsv1.ControllerRevision{
		"only the present one is left": s.Revisions[2:],
		"there is none at all":         nil,
	} {
		t.Run(name, func(t *testing.T) {
			s := s
			s.Revisions = revisions
			got, err := canary.FindUndoTarget(s, nil, "kubectl sts", ststest.Start)
			require.Nil(t, got)
			require.Equal(t, no, err)
		})
	}
}

func TestARevisionThatHoldsNoTemplateIsNoTarget(t *testing.T) {
	s := on(rolling(third, third), "", third, third, third, third, third)
	s.Revisions[1].Data.Raw = []byte(`{}`)
	_, err := canary.FindUndoTarget(s, nil, "kubectl sts", ststest.Start)
	require.EqualError(t, err, "revision web-update holds no pod template")
}
