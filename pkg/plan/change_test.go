package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestChangeDone(t *testing.T) {
	whole := plan.Edit{
		Template:    ststest.Raw("nginx:1.22"),
		Partition:   ptr.To(4),
		Replicas:    ptr.To(5),
		Annotations: map[string]*string{record: ptr.To("r1"), "gone": nil},
	}
	present := opened(set())
	for _, test := range []struct {
		name   string
		change plan.Change
		s      sts.Snapshot
		want   bool
	}{
		{"an edit is done when every field is as it sets it", whole, present, true},
		{"an edit of nothing is done", plan.Edit{}, present, true},
		{"another template is left to do", whole, opened(set(ststest.Updating("nginx:1.21"))), false},
		{"another partition is left to do", whole, opened(set(ststest.Partition(3))), false},
		{"other replicas are left to do", plan.Edit{Replicas: ptr.To(6)}, present, false},
		{"another annotation value is left to do", whole, opened(set(ststest.Annotated(record, "r2"))), false},
		{"an annotation to remove is left to do", whole, opened(set(ststest.Annotated("gone", ""))), false},
		{
			"an annotation to set to nothing is left to do",
			plan.Edit{Annotations: map[string]*string{"empty": ptr.To("")}},
			present, false,
		},
		{"a set that is gone satisfies no edit", plan.Edit{}, sts.Snapshot{}, false},
		{"a template that can't be read is left to do", plan.Edit{Template: podtemplate.Template("{")}, present, false},
		{"a pod that is there is left to delete", plan.DeletePod{Name: "web-0", UID: "web-0-uid"}, present, false},
		{
			"a pod on its way out is deleted",
			plan.DeletePod{Name: "web-0", UID: "web-0-uid"},
			opened(set(), stable(0, ststest.Terminating)), true,
		},
		{"a pod that is gone is deleted", plan.DeletePod{Name: "web-0", UID: "web-0-uid"}, without(present, 0), true},
		{"a pod that was made anew is deleted", plan.DeletePod{Name: "web-0", UID: "web-0-uid"}, opened(set(), stable(0, anew)), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, test.change.Done(test.s))
		})
	}
}

func TestChangeString(t *testing.T) {
	for _, test := range []struct {
		name   string
		change plan.Change
		want   string
	}{
		{"an edit names its fields in the words of the API", plan.Edit{
			Template: ststest.Raw("nginx"), Partition: ptr.To(4), Replicas: ptr.To(5),
			Annotations: map[string]*string{"b": ptr.To("1"), "a": nil},
		}, "set the template, set partition to 4, set replicas to 5, remove annotation a, set annotation b"},
		{"an edit's own words come first", plan.Edit{Partition: ptr.To(4), Says: "open the gate"}, "open the gate"},
		{
			"a deletion says why",
			plan.DeletePod{Name: "web-0", UID: "uid", Why: "it is in the way"},
			"delete pod web-0: it is in the way",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, test.change.String())
		})
	}
}

func TestConditionString(t *testing.T) {
	require.Equal(t, "the controller has seen the change", plan.Observed{}.String())
	require.Equal(t, "every pod from ordinal 4 up is on its revision and Available", plan.PodsGood{From: 4}.String())
}

func TestRefusalIsAnErrorWithItsReason(t *testing.T) {
	require.EqualError(t, &plan.Refusal{Why: "no", Try: hinttest.List("something else")}, "no")
}
