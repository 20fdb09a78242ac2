package report_test

import (
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// undoPlan takes web-4 back within a disruption budget.
func undoPlan() plan.Plan {
	free := &plan.Free{Mode: plan.FreeBlocker, Grace: 30 * time.Second, Budgets: true}
	return plan.Plan{
		Verb: "undo", Namespace: "default", Name: "web", UID: "web-uid",
		Title:    "undo of statefulset web: back to revision 1 (web-stable)",
		Details:  []string{"revision 1: the last one before the present one", "the controller replaces: web-4"},
		Diff:     "--- present\n+++ revision 1 (web-stable)\n@@ -1,3 +1,3 @@\n spec:\n-  image: nginx:1.22\n+  image: nginx:1.21\n",
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute,
		Steps: []plan.Step{
			{
				Title:  "put the template of revision 1 back",
				Change: plan.Edit{Template: ststest.Raw("nginx:1.21"), Partition: ptr.To(5), Says: "template, partition 5, record"},
				Until:  plan.Observed{},
			},
			{
				Title: "return web-4", Part: true, Change: plan.Partition(4), Disrupts: []int{4},
				Until: plan.PodsGood{From: 4}, Free: free,
			},
			{
				Title:  "open the gate for the other pods, which are there already",
				Change: plan.Partition(0), Until: plan.PodsGood{}, Free: free, Soak: 30 * time.Second,
			},
			{
				Title: "end the undo", Until: plan.RolledOut{},
				Change: plan.Edit{
					Partition: ptr.To(0), Says: "partition 0, no record", Annotations: map[string]*string{"example.com/record": nil},
				},
			},
		},
	}
}

// restartPlan restarts two pods in an order of the user's, and updates the
// others of an OnDelete set in another.
func restartPlan() plan.Plan {
	return plan.Plan{
		Verb: "restart", Namespace: "default", Name: "web", UID: "web-uid",
		Title:    "restart of statefulset web: web-3, web-1, soaked for 30s",
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute,
		Steps: []plan.Step{
			{
				Title: "note which pods are to be restarted", Until: plan.Observed{},
				Change: plan.Edit{Says: "record", Annotations: map[string]*string{"example.com/record": ptr.To("r")}},
			},
			{
				Title: "restart web-3, web-1", Soak: 30 * time.Second,
				Until: plan.PodsRestarted{Pods: map[int]types.UID{1: "web-1-uid", 3: "web-3-uid"}},
				Free:  &plan.Free{Mode: plan.FreeRestart, Order: sts.Order{Last: "role=primary"}, Budgets: true},
			},
			{
				Title: "update web-2, web-0", Number: 1, Of: 1, Until: plan.PodsUpdated{Count: 5},
				Free: &plan.Free{Mode: plan.FreeEach, Order: sts.Order{First: []int{2, 0}}},
			},
		},
	}
}
