package advice

import (
	"cmp"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// immutable is R9: what ValidateStatefulSetUpdate in the API server's source forbids.
func immutable(l *look) []Finding {
	live, ok := l.Before[l.name()]
	if !ok {
		return nil
	}
	want, have := &l.object().Spec, &live.Spec
	var evidence []Evidence
	differs := func(field, wants, has string) {
		evidence = append(evidence, l.value("spec."+field, fmt.Sprintf("%s in the manifest, %s in the cluster", wants, has)))
	}
	selector := !equality.Semantic.DeepEqual(want.Selector, have.Selector)
	if selector {
		differs("selector", metav1.FormatLabelSelector(want.Selector), metav1.FormatLabelSelector(have.Selector))
	}
	if want.ServiceName != have.ServiceName {
		differs("serviceName", cmp.Or(want.ServiceName, "none"), cmp.Or(have.ServiceName, "none"))
	}
	if a, b := policyOf(want), policyOf(have); a != b {
		differs("podManagementPolicy", string(a), string(b))
	}
	if field, a, b := templatesDiffer(want.VolumeClaimTemplates, have.VolumeClaimTemplates); field != "" {
		differs(field, a, b)
	}
	if len(evidence) == 0 {
		return nil
	}
	fix := run(hint.Plugin("recreate the set around its pods", "recreate", "-f"))
	if selector && !selects(want.Selector, have.Template.Labels) { // whatever else differs: the set must not be deleted for this manifest
		fix = Fix{Words: "put the selector back, and roll out a template with its labels first: pods that it does not select are " +
			"left behind"}
	}
	return []Finding{{
		Says: fmt.Sprintf("the API server refuses this manifest of %s: %s that can't be "+
			"changed", l.name(), fieldsWord(len(evidence))),
		Evidence: evidence, Fix: fix,
	}}
}

// selects reports whether a set with this selector finds pods with these labels.
func selects(selector *metav1.LabelSelector, pod map[string]string) bool {
	s, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(labels.Set(pod))
}

func fieldsWord(n int) string {
	if n == 1 {
		return "it changes a field"
	}
	return fmt.Sprintf("it changes %d fields", n)
}

func policyOf(spec *appsv1.StatefulSetSpec) appsv1.PodManagementPolicyType {
	return cmp.Or(spec.PodManagementPolicy, appsv1.OrderedReadyPodManagement)
}

// templatesDiffer is the first field in which claim templates differ, with both values.
func templatesDiffer(want, have []corev1.PersistentVolumeClaim) (field, wants, has string) {
	if len(want) != len(have) {
		return "volumeClaimTemplates", sts.Count(len(want), "template"), sts.Count(len(have), "template")
	}
	for i := range want {
		a, b := &want[i], &have[i]
		at := fmt.Sprintf("volumeClaimTemplates[%d].", i)
		asksA, asksB := a.Spec.Resources.Requests[corev1.ResourceStorage], b.Spec.Resources.Requests[corev1.ResourceStorage]
		sizeA, knownA := size(asksA.String())
		sizeB, knownB := size(asksB.String())
		switch {
		case a.Name != b.Name:
			return at + "metadata.name", a.Name, b.Name
		case !knownA || !knownB: // such as 1e30000000, which nobody compares in a lifetime
			if asksA.String() != asksB.String() {
				return at + "spec.resources.requests.storage", asksA.String(), asksB.String()
			}
			continue
		case sizeA.Cmp(sizeB) != 0:
			return at + "spec.resources.requests.storage", sizeA.String(), sizeB.String()
		case !sameMap(a.Labels, b.Labels):
			return at + "metadata.labels", mapWords(a.Labels), mapWords(b.Labels)
		case !sameMap(a.Annotations, b.Annotations):
			return at + "metadata.annotations", mapWords(a.Annotations), mapWords(b.Annotations)
		}
		if specA, specB := workload.ClaimSpec(*a), workload.ClaimSpec(*b); !equality.Semantic.DeepEqual(specA, specB) {
			return at + "spec", className(specA), className(specB)
		}
	}
	return "", "", ""
}

func className(spec corev1.PersistentVolumeClaimSpec) string {
	class := "the default class"
	if spec.StorageClassName != nil {
		class = "class " + *spec.StorageClassName
	}
	return fmt.Sprintf("%s, %v", class, spec.AccessModes)
}

func sameMap(a, b map[string]string) bool {
	return len(a) == 0 && len(b) == 0 || equality.Semantic.DeepEqual(a, b)
}

func mapWords(m map[string]string) string {
	if len(m) == 0 {
		return "none"
	}
	return metav1.FormatLabelSelector(metav1.SetAsLabelSelector(m))
}
