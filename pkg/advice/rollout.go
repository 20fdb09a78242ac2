package advice

import (
	"fmt"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

const partitionField = "spec.updateStrategy.rollingUpdate.partition"

func rolloutRules() []Rule {
	return []Rule{
		{
			ID: "R1", Group: Rollout, Severity: Warning, Title: "a partition that was left behind",
			Why: "Ordinals below the partition stay on the old revision, also when they are restarted. Where such pods are, it is a " +
				"warning; where all pods are alike, the partition only waits for the next change: an info. Partitions of a canary or a " +
				"hold of this plugin, and of sets that an operator owns, are meant to be there.",
			Live: true, Needs: []world.Part{world.PartPods}, judge: partitioned,
		},
		{
			ID: "R2", Group: Rollout, Severity: Warning, Title: "OnDelete pods that wait to be deleted",
			Why: "With the strategy OnDelete the controller replaces no pod by itself: a change of the template does nothing until " +
				"each pod was deleted. Sets that an operator owns are left to it.",
			Live: true, Needs: []world.Part{world.PartPods}, judge: waitingForDeletion,
		},
		{
			ID: "R3", Group: Rollout, Severity: Warning, Title: "no readiness probe",
			Why: "Without a readiness probe a pod is Ready as soon as its containers run. The controller waits for Ready before it " +
				"replaces the next pod, so it replaces all of them however the first one fares. minReadySeconds helps against " +
				"those that crash: with it this is an info.",
			Live: true, Files: true, judge: blind,
		},
		{
			ID: "R5", Group: Rollout, Severity: Error, Title: "a pod that keeps the set from healing",
			Why: "With OrderedReady the controller waits for a pod that is not Ready, even where the template was put back since " +
				"and that pod only has to be recreated (kubernetes#67250). Deleting the pod frees the rollout.",
			Live: true, Needs: []world.Part{world.PartPods}, judge: trapped,
		},
		{
			ID: "R6", Group: Rollout, Severity: Warning, Title: "no history to go back to",
			Why: "With revisionHistoryLimit 0 the controller deletes each revision as soon as no pod is on it: there is nothing " +
				"for undo to go back to. With a negative one it keeps all of them for ever. The default is 10.",
			Live: true, Files: true, judge: history,
		},
		{
			ID: "R7", Group: Rollout, Severity: Warning, Title: "maxUnavailable that the server has dropped",
			Why: "Whoever applied the set asked for rollingUpdate.maxUnavailable, and the server has dropped it: where the feature " +
				"gate MaxUnavailableStatefulSet is off, the field does not exist. Pods are replaced one at a time.",
			Live: true, judge: dropped,
		},
		{
			ID: "R9", Group: Rollout, Severity: Error, Title: "a change that can't be applied",
			Why: "The API server refuses to change a set's selector, serviceName, podManagementPolicy and volumeClaimTemplates, " +
				"labels of the templates included. The set has to be recreated around its pods, which the verb recreate does.",
			Files: true, Needs: []world.Part{world.PartLiveSets}, judge: immutable,
		},
		{
			ID: "R11", Group: Rollout, Severity: Warning, Title: "an operation that was begun long ago",
			Why: "A canary, a restart or a scale of this plugin was begun more than a week ago and is not over. Until it is, other " +
				"verbs refuse the set, and its pods may be on two revisions. A hold is meant to last, and is left alone.",
			Live: true, Needs: []world.Part{world.PartPods}, judge: forgotten,
		},
	}
}

// recreatedRules are about sets that were deleted without their pods.
func recreatedRules() []Rule {
	return []Rule{
		{
			ID: "R12", Group: Rollout, Severity: Error, Title: "a set that a recreate has deleted and not created again",
			Why: "A recreate of this plugin was killed between the deletion of the set and its creation. Its pods run on, and " +
				"nothing replaces one that ends. The verb recreate creates the set from the ConfigMap in which it was saved, on any " +
				"machine, and it adopts its pods.",
			Live: true, Away: true, Needs: []world.Part{world.PartSaved}, judge: away,
		},
		{
			ID: "R13", Group: Rollout, Severity: Error, Title: "pods that lack a volume of their set",
			Why: "The set was deleted without its pods and created with another claim template. A pod gets its volumes when it is " +
				"created, so these lack one. The controller tries to add it, which the API server refuses, and gets no further " +
				"(kubernetes#141876): it makes no pod above the lowest of them, and does not scale or roll out. They have to be " +
				"recreated, the lowest ordinal first. The verb recreate does that by itself.",
			Live: true, Needs: []world.Part{world.PartPods}, judge: volumeless,
		},
	}
}

// partitioned is R1.
func partitioned(l *look) []Finding {
	s := l.snapshot()
	if s.Partition() == 0 || !s.Rolls() || s.Opened().First() <= s.Ordinals().First() || l.operated() || l.inProgress() {
		return nil
	}
	var behind []string
	for _, p := range s.Pods {
		if s.Ordinals().Has(p.Ordinal) && s.Gated(p.Ordinal) && p.Revision != s.UpdateRevision() {
			behind = append(behind, p.Name)
		}
	}
	e := l.value(partitionField, strconv.Itoa(s.Partition()))
	if w, ok := fieldmanager.WriterOf(s.Set, workload.FieldPartition); ok {
		e.Since, e.By = w.Time, w.Manager
	}
	if len(behind) == 0 {
		return []Finding{{
			Severity: Info, Evidence: []Evidence{e},
			Says: fmt.Sprintf("the next change of %s stops half-way: it does not reach ordinals below %d", l.name(), s.Opened().First()),
			Fix: l.patch("open the gate", map[string]any{"updateStrategy": map[string]any{
				"rollingUpdate": map[string]any{"partition": 0},
			}}),
		}}
	}
	return []Finding{{
		Says: fmt.Sprintf("the rollout of %s has stopped half-way: %s on the old revision, and would come back there: %s",
			l.name(), are(len(behind), "pod"), sts.Few(behind)),
		Evidence: []Evidence{e},
		Fix:      run(hint.Plugin("take the others through step by step", "canary", l.name())),
	}}
}

// waitingForDeletion is R2.
func waitingForDeletion(l *look) []Finding {
	s := l.snapshot()
	if !s.OnDelete() || !s.Observed() || l.operated() || l.inProgress() {
		return nil
	}
	var old []string
	for _, p := range s.Pods {
		if p.Revision != s.UpdateRevision() && !p.Terminating && s.Ordinals().Has(p.Ordinal) {
			old = append(old, p.Name)
		}
	}
	if len(old) == 0 {
		return nil
	}
	return []Finding{{
		Says: fmt.Sprintf("the last change of %s has not reached %s, and does not before somebody deletes them: %s",
			l.name(), sts.Count(len(old), "pod"), sts.Few(old)),
		Evidence: []Evidence{
			l.value("spec.updateStrategy.type", string(s.Strategy())), l.value("status.updateRevision", s.UpdateRevision()),
		},
		Fix: run(hint.Plugin("have them replaced one after another", "canary", l.name())),
	}}
}

// blind is R3.
func blind(l *look) []Finding {
	onDelete := l.object().Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType // nothing goes on by itself
	if l.replicas() < 2 || len(l.spec().ReadinessGates) > 0 || onDelete {
		return nil
	}
	for _, c := range containers(l.spec()) {
		if c.ReadinessProbe != nil || c.StartupProbe != nil { // before that one has passed it is not Ready either
			return nil
		}
	}
	f := Finding{
		Says: fmt.Sprintf("a rollout of %s goes on to the next pod as soon as containers run, whether they work or not: none has a "+
			"readiness probe", l.name()),
		Evidence: []Evidence{l.value("spec.template.spec.containers[0].readinessProbe", "none")},
		Fix: Fix{Words: "give the container a readinessProbe that says whether it serves; until then minReadySeconds gives a crash " +
			"time to show"},
	}
	if seconds := l.object().Spec.MinReadySeconds; seconds > 0 {
		f.Severity = Info
		f.Evidence = append(f.Evidence, l.value("spec.minReadySeconds", strconv.Itoa(int(seconds))))
	}
	return []Finding{f}
}

// trapped is R5.
func trapped(l *look) []Finding {
	s := l.snapshot()
	pod, blocks := s.Blocker(l.Now)
	if !blocks || !s.Rolls() || !s.Observed() || l.Now.Sub(pod.UnreadySince) < l.Patience {
		return nil
	}
	object := l.beside("Pod", pod.Name)
	return []Finding{{
		Says: fmt.Sprintf("%s does not heal by itself: the controller waits for %s, which is not Ready and on another revision "+
			"than wanted",
			l.name(), pod.Name),
		Evidence: []Evidence{
			{Object: object, Field: "status.conditions[Ready]", Value: "False", Since: pod.UnreadySince},
			{Object: object, Field: "metadata.labels[" + appsv1.StatefulSetRevisionLabel + "]", Value: pod.Revision},
		},
		Fix: run(hint.Kube("delete it, and it is recreated at the wanted revision", "delete", "pod", pod.Name)),
	}}
}

// volumeless is R13.
func volumeless(l *look) []Finding {
	s := l.snapshot()
	if !s.Observed() || l.inProgress() {
		return nil
	}
	var names []string
	var template string
	for _, pod := range s.Pods {
		if lacks := s.Lacks(pod); s.Ordinals().Has(pod.Ordinal) && !pod.Terminating && len(lacks) > 0 {
			if names = append(names, pod.Name); len(names) == 1 {
				template = lacks[0]
			}
		}
	}
	if names == nil {
		return nil
	}
	return []Finding{{
		Says: fmt.Sprintf("the controller of %s does nothing more: %s the volume of claim template %s: %s",
			l.name(), lack(len(names)), template, sts.Few(names)),
		Evidence: []Evidence{l.value("spec.volumeClaimTemplates", template)},
		Fix:      run(hint.Plugin("restart them, the lowest ordinal first", "restart", l.name(), "--order", "ascending")),
	}}
}

// lack is how many pods lack something.
func lack(n int) string {
	if n == 1 {
		return "1 pod lacks"
	}
	return fmt.Sprintf("%d pods lack", n)
}

// history is R6.
func history(l *look) []Finding {
	limit := l.object().Spec.RevisionHistoryLimit
	if limit == nil || *limit > 0 {
		return nil
	}
	f := Finding{
		Says:     fmt.Sprintf("a bad rollout of %s can't be undone: no earlier revision is kept", l.name()),
		Evidence: []Evidence{l.value("spec.revisionHistoryLimit", strconv.Itoa(int(*limit)))},
		Fix:      l.patch("keep some, as the default does", map[string]any{"revisionHistoryLimit": 10}),
	}
	if *limit < 0 {
		f.Severity, f.Says = Info, fmt.Sprintf("%s keeps every revision that it ever had: the limit is negative", l.name())
	}
	return []Finding{f}
}

// dropped is R7.
func dropped(l *look) []Finding {
	if !l.set.Applied {
		return nil
	}
	return []Finding{{
		Says: fmt.Sprintf("rollouts of %s are slower than its manifest wants: the server has dropped maxUnavailable, and pods are "+
			"replaced one at a time", l.name()),
		Evidence: []Evidence{l.value("spec.updateStrategy.rollingUpdate.maxUnavailable", "not there, though it was applied")},
		Fix: Fix{Words: "turn on the feature gate MaxUnavailableStatefulSet of the API server and the controller manager, or " +
			"remove the field"},
	}}
}

// forgotten is R11.
func forgotten(l *look) []Finding {
	const long = 7 * 24 * time.Hour
	s := l.snapshot()
	first := operation.Find(s).First()
	if first == nil || first.Annotation() == operation.HoldAnnotation { // a hold is meant to last
		return nil
	}
	since, ok := first.Since(s)
	if !ok || l.Now.Sub(since) < long {
		return nil
	}
	f := Finding{
		Says:     fmt.Sprintf("other verbs refuse %s, and have for more than a week: %s", l.name(), first.Says()),
		Evidence: []Evidence{l.value("metadata.annotations["+first.Annotation()+"]", first.Name())},
	}
	f.Evidence[0].Since = since
	if helps := first.Helps(s, true); len(helps) > 0 {
		f.Fix = run(helps[0])
	}
	return []Finding{f}
}

// away is R12.
func away(l *look) []Finding {
	at := l.snapshot().Away
	if at == nil {
		return nil
	}
	e := Evidence{Object: l.beside("ConfigMap", saved.ConfigMap(l.name())), Field: "data", Value: at.Changes, Since: at.Started}
	if at.Unread != nil {
		e.Value = at.Unread.Error()
	}
	return []Finding{{
		Says: fmt.Sprintf("nothing replaces a pod of %s that ends: its recreate has deleted the set and has not created it again",
			l.name()),
		Evidence: []Evidence{e},
		Fix:      run(hint.Plugin("create it again, and it adopts its pods", "recreate", l.name())),
	}}
}
