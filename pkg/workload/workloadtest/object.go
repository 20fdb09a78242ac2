package workloadtest

import (
	"encoding/json"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// NewObject is the object web with five pods, of the ordinals 1, 2, 4, 5 and 7, all of
// them on one revision of this template. The next ones are 8 and 10.
func NewObject(revision string, template corev1.PodTemplateSpec) *Object {
	return &Object{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "default", Name: "web", UID: "web-uid", Generation: 1, ResourceVersion: "100",
			CreationTimestamp: metav1.NewTime(time.Date(2030, 1, 2, 2, 4, 5, 0, time.UTC)),
		},
		Spec: Spec{
			Pods: 5, From: 1, Reserved: []int{3, 6, 9},
			Selector: &metav1.LabelSelector{MatchLabels: template.Labels}, Pod: template,
			Rollout: Rollout{Type: "Stepwise"},
			Claims:  Claims{Templates: []string{"data"}, OnRemoval: appsv1.RetainPersistentVolumeClaimRetentionPolicyType},
		},
		Status: workload.Status{ObservedGeneration: 1, Replicas: 5, CurrentRevision: revision, UpdateRevision: revision},
	}
}

// Written is the object after these writes and annotations, as a server takes them: what
// is at their paths must be a field of the object.
func (o *Object) Written(writes []workload.Write, annotations map[string]*string) (*Object, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	for _, w := range writes {
		at := tree
		for _, name := range w.Path[:len(w.Path)-1] {
			next, ok := at[name].(map[string]any)
			if !ok {
				return nil, fmt.Errorf("no %v", w.Path)
			}
			at = next
		}
		last := w.Path[len(w.Path)-1]
		if _, ok := at[last]; !ok {
			return nil, fmt.Errorf("no %v", w.Path)
		}
		at[last] = w.Value
	}
	if text, err = json.Marshal(tree); err != nil {
		return nil, err
	}
	after := &Object{}
	if err := json.Unmarshal(text, after); err != nil {
		return nil, err
	}
	for key, value := range annotations {
		if value == nil {
			delete(after.Annotations, key)
			continue
		}
		metav1.SetMetaDataAnnotation(&after.ObjectMeta, key, *value)
	}
	after.Generation++
	after.ResourceVersion = fmt.Sprint(100 * after.Generation)
	return after, nil
}
