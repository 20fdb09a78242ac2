package reconciler

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// kruiseRollout moves the partition while a Rollout of OpenKruise is on its way.
func kruiseRollout(f Facts) *writeback.Reconciler {
	text := f.Set.Annotations["rollouts.kruise.io/in-progressing"]
	if text == "" || !f.replacesPods() {
		return nil
	}
	var state struct {
		RolloutName string `json:"rolloutName"`
	}
	_ = json.Unmarshal([]byte(text), &state) // without a name it is a Rollout all the same
	name := strings.TrimSpace("Kruise Rollout " + named(state.RolloutName))
	return &writeback.Reconciler{
		Name: name, When: "at each of its steps", Fields: f.only(workload.FieldPartition),
		Says: fmt.Sprintf("%s is in progress and moves the partition of statefulset %s itself", name, f.Set.Name),
		Stop: []hint.Hint{hint.Words("go on with that Rollout, or disable it first")},
	}
}

// only are the fields of one part of the spec that the run writes.
func (f Facts) only(part workload.Field) []writeback.Field {
	return slices.DeleteFunc(f.all(), func(of writeback.Field) bool { return of.Field != part })
}

// rolloutOperator deletes the pods of OnDelete sets that are not up to date.
func rolloutOperator(f Facts) *writeback.Reconciler {
	const paused = "grafana.com/rollout-paused"
	group := f.Set.Labels["rollout-group"]
	if group == "" || f.Set.Spec.Strategy != appsv1.OnDeleteStatefulSetStrategyType || !f.writes(workload.FieldTemplate) {
		return nil
	}
	r := &writeback.Reconciler{
		Name: "rollout-operator", When: "as soon as the template changes",
		Says: fmt.Sprintf("rollout-operator restarts the pods of group %s by itself, and holds no step back", group),
		Stop: []hint.Hint{hint.Kube("from rollout-operator 0.36 on", "annotate", "statefulset", f.Set.Name, paused+"=true")},
	}
	if f.Set.Annotations[paused] == "true" {
		r.Rests = "the set says " + paused + ": true"
	}
	return r
}

// reloader changes the template when something changes that the pods read.
func reloader(f Facts) *writeback.Reconciler {
	if !f.replacesPods() {
		return nil
	}
	var of []string
	add := func(kind, key string) {
		for name := range strings.SplitSeq(f.Set.Annotations[key], ",") {
			if name = named(strings.TrimSpace(name)); name != "" {
				of = append(of, kind+" "+name)
			}
		}
	}
	add("ConfigMap", "configmap.reloader.stakater.com/reload")
	add("Secret", "secret.reloader.stakater.com/reload")
	what := strings.Join(of, " or ")
	if f.Set.Annotations["reloader.stakater.com/auto"] == "true" {
		what = "a ConfigMap or a Secret of its pods"
	}
	if what == "" {
		return nil
	}
	return &writeback.Reconciler{
		Name: "Reloader", When: "when that changes", Fields: []writeback.Field{{Field: workload.FieldTemplate, Path: "spec.template"}},
		Says: fmt.Sprintf("Reloader changes the template of statefulset %s when %s changes, which halts the run", f.Set.Name, what),
	}
}
