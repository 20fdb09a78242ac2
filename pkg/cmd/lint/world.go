package lint

import (
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/manifest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// scene is the objects of files that belong together, by namespace.
type scene struct {
	worlds map[string]*world.World
	names  []string // of the namespaces, in the order in which they came
	at     map[advice.Object]manifest.Document
	unseen []advice.Unseen
	failed []error
	class  *world.Cluster
	now    time.Time
}

// assemble puts the objects of a bundle where the rules look for them.
func assemble(b bundle, now time.Time) *scene {
	s := &scene{
		worlds: map[string]*world.World{}, at: map[advice.Object]manifest.Document{}, now: now,
		class: &world.Cluster{Classes: map[string]storagev1.StorageClass{}},
	}
	for _, doc := range b.docs {
		if err := s.add(doc); err != nil {
			s.failed = append(s.failed, err)
		}
	}
	return s
}

func (s *scene) in(namespace string) *world.World {
	if s.worlds[namespace] == nil {
		s.worlds[namespace] = &world.World{Now: s.now, Cluster: s.class}
		s.names = append(s.names, namespace)
	}
	return s.worlds[namespace]
}

func (s *scene) add(doc manifest.Document) error {
	group, _, _ := strings.Cut(doc.APIVersion, "/")
	judged := map[string]bool{
		"Service": doc.APIVersion == "v1", "PodDisruptionBudget": group == policyv1.GroupName,
		"HorizontalPodAutoscaler": group == autoscalingv2.GroupName, "StorageClass": group == storagev1.GroupName,
	}
	if judged[doc.Kind] { // others of the name, such as Knative's Service, are something else
		s.at[objectOf(doc)] = doc
	}
	switch {
	case doc.Kind == "StatefulSet":
		return s.set(doc)
	case doc.APIVersion == "v1" && doc.Kind == "Service":
		return decoded(doc, func(o *corev1.Service) { w := s.in(doc.Namespace); w.Services = append(w.Services, *o) })
	case group == policyv1.GroupName && doc.Kind == "PodDisruptionBudget":
		return decoded(doc, func(o *policyv1.PodDisruptionBudget) {
			w := s.in(doc.Namespace)
			// Of two with one name only the last is applied.
			w.Budgets = slices.DeleteFunc(w.Budgets, func(b policyv1.PodDisruptionBudget) bool { return b.Name == o.Name })
			w.Budgets = append(w.Budgets, *o)
		})
	case group == autoscalingv2.GroupName && doc.Kind == "HorizontalPodAutoscaler":
		return decoded(doc, func(o *autoscalingv2.HorizontalPodAutoscaler) {
			if set := claims.ScaledSet(o); set != "" {
				w := s.in(doc.Namespace)
				w.Scalers = append(w.Scalers, claims.Scaler{Namespace: doc.Namespace, Set: set, Autoscaler: claims.ObserveAutoscaler(o)})
			}
		})
	case group == storagev1.GroupName && doc.Kind == "StorageClass":
		return decoded(doc, func(o *storagev1.StorageClass) { s.class.Classes[o.Name] = *o })
	}
	return s.other(doc)
}

func decoded[T any](doc manifest.Document, add func(*T)) error {
	var object T
	if err := doc.Decode(&object); err != nil {
		return err
	}
	add(&object)
	return nil
}

// other notes the pods of any other workload.
func (s *scene) other(doc manifest.Document) error {
	if doc.Kind == "Pod" {
		return decoded(doc, func(o *corev1.Pod) { w := s.in(doc.Namespace); w.Others = append(w.Others, o.Labels) })
	}
	var workload struct {
		Spec struct {
			Template struct {
				Metadata struct {
					Labels map[string]string `json:"labels"`
				} `json:"metadata"`
			} `json:"template"`
		} `json:"spec"`
	}
	if doc.Decode(&workload) == nil && workload.Spec.Template.Metadata.Labels != nil {
		w := s.in(doc.Namespace)
		w.Others = append(w.Others, workload.Spec.Template.Metadata.Labels)
	}
	return nil // what it can't be read as it is not
}

func (s *scene) set(doc manifest.Document) error {
	if doc.APIVersion != appsv1.SchemeGroupVersion.String() {
		s.pass(doc, "there are no rules for "+doc.APIVersion)
		return s.other(doc)
	}
	return decoded(doc, func(o *appsv1.StatefulSet) {
		switch {
		case o.Name == "":
			s.pass(doc, "it has no name")
		case o.Spec.Selector == nil || len(o.Spec.Template.Spec.Containers) == 0:
			s.pass(doc, "it is a part of a manifest: without a selector or containers the API server takes no set")
		default:
			w := s.in(doc.Namespace)
			if earlier, twice := s.at[objectOf(doc)]; twice {
				s.pass(earlier, "another manifest of that name comes after it, and only the last is applied")
				w.Sets = slices.DeleteFunc(w.Sets, func(set world.Set) bool { return set.Object.Name == o.Name })
			}
			s.at[objectOf(doc)] = doc
			w.Sets = append(w.Sets, world.ObserveSet(o))
		}
	})
}

// lacks notes what the files have nothing of: it may be elsewhere.
func (s *scene) lacks(w *world.World) {
	w.Unseen = map[world.Part]string{}
	for part, n := range map[world.Part]int{
		world.PartServices: len(w.Services), world.PartBudgets: len(w.Budgets), world.PartScalers: len(w.Scalers),
		world.PartClasses: len(s.class.Classes),
	} {
		if n == 0 {
			w.Unseen[part] = ""
		}
	}
}

func objectOf(doc manifest.Document) advice.Object {
	return advice.Object{Kind: doc.Kind, Namespace: doc.Namespace, Name: doc.Name}
}

// pass says why a set is not judged.
func (s *scene) pass(doc manifest.Document, why string) {
	line, _ := doc.Position("")
	s.unseen = append(s.unseen, advice.Unseen{
		Part: world.Part(fmt.Sprintf("%s StatefulSet %s", report.Place{File: doc.File, Line: line}, doc.Name)), Why: why,
	})
}

// located gives commands that take the manifest its file.
func (s *scene) located(a advice.Advice) advice.Advice {
	for i := range a.Findings {
		for j := range a.Findings[i].Fix.Commands {
			command := &a.Findings[i].Fix.Commands[j]
			if doc, ok := s.at[a.About]; ok && command.Verb == "recreate" {
				command.Path = app.QuotePath(doc.File)
			}
		}
	}
	return a
}

// place is where a field is in the files.
func (s *scene) place(of advice.Object, field string) (report.Place, bool) {
	doc, ok := s.at[of]
	if !ok {
		return report.Place{}, false
	}
	line, column := doc.Position(field)
	return report.Place{File: doc.File, Line: line, Column: column}, true
}
