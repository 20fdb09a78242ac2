package restart

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestARestartInProgressGoesOnOnlyWithThePodsThatWereAskedFor(t *testing.T) {
	some := map[int]types.UID{3: "c", 1: "a"}
	refused := func(which string) *plan.Refusal {
		return &plan.Refusal{
			Why: `a restart of statefulset "web" is in progress, of ` + which,
			Try: hinttest.List("finish it first: kubectl sts restart web", "or give it up: kubectl sts abort web"),
		}
	}
	tests := []struct {
		name  string
		asked []int
		begun map[int]types.UID // nil for every pod
		want  error
	}{
		{"nothing said", nil, some, nil},
		{"nothing said, and every pod begun", nil, nil, nil},
		{"the same in another order", []int{3, 1}, some, nil},
		{"fewer", []int{1}, some, refused("the pods of ordinals 1, 3")},
		{"more", []int{1, 2, 3}, some, refused("the pods of ordinals 1, 3")},
		{"some, and every pod begun", []int{1}, nil, refused("every pod")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := Request{Ordinals: tt.asked}
			record := &operation.Rollout{Verb: operation.VerbRestart, Pods: tt.begun}
			err := r.samePods(record, ststest.Snapshot(ststest.Set()))
			require.Equal(t, tt.want, err)
		})
	}
}
