package report_test

import (
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// undoPlan takes web-4 back within a disruption budget.
func undoPlan() rollout.Plan {
	free := &rollout.Free{Mode: rollout.FreeBlocker, Grace: 30 * time.Second, Budgets: true}
	return rollout.Plan{
		Verb: "undo", Namespace: "default", Name: "web", UID: "web-uid",
		Title:    "undo of statefulset web: back to revision 1 (web-stable)",
		Details:  []string{"revision 1: the last one before the present one", "the controller replaces: web-4"},
		Diff:     "--- present\n+++ revision 1 (web-stable)\n@@ -1,3 +1,3 @@\n spec:\n-  image: nginx:1.22\n+  image: nginx:1.21\n",
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute,
		Steps: []rollout.Step{
			{
				Title:  "put the template of revision 1 back",
				Change: rollout.Edit{Template: ststest.Raw("nginx:1.21"), Partition: ptr.To(5), Says: "template, partition 5, record"},
				Until:  rollout.Observed{},
			},
			{
				Title: "return web-4", Part: true, Change: rollout.Partition(4), Disrupts: []int{4},
				Until: rollout.PodsGood{From: 4}, Free: free,
			},
			{
				Title:  "open the gate for the other pods, which are there already",
				Change: rollout.Partition(0), Until: rollout.PodsGood{}, Free: free, Soak: 30 * time.Second,
			},
			{
				Title: "end the undo", Until: rollout.RolledOut{},
				Change: rollout.Edit{
					Partition: ptr.To(0), Says: "partition 0, no record", Annotations: map[string]*string{"example.com/record": nil},
				},
			},
		},
	}
}

// restartPlan restarts two pods in an order of the user's, and updates the
// others of an OnDelete set in another.
func restartPlan() rollout.Plan {
	return rollout.Plan{
		Verb: "restart", Namespace: "default", Name: "web", UID: "web-uid",
		Title:    "restart of statefulset web: web-3, web-1, soaked for 30s",
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute,
		Steps: []rollout.Step{
			{
				Title: "note which pods are to be restarted", Until: rollout.Observed{},
				Change: rollout.Edit{Says: "record", Annotations: map[string]*string{"example.com/record": ptr.To("r")}},
			},
			{
				Title: "restart web-3, web-1", Soak: 30 * time.Second,
				Until: rollout.PodsRestarted{Pods: map[int]types.UID{1: "web-1-uid", 3: "web-3-uid"}},
				Free:  &rollout.Free{Mode: rollout.FreeRestart, Order: sts.Order{Last: "role=primary"}, Budgets: true},
			},
			{
				Title: "update web-2, web-0", Number: 1, Of: 1, Until: rollout.PodsUpdated{Count: 5},
				Free: &rollout.Free{Mode: rollout.FreeEach, Order: sts.Order{First: []int{2, 0}}},
			},
		},
	}
}
