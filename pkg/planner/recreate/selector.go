package recreate

import (
	"encoding/json"
	"fmt"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
)

// selectorOf reads what a set finds its pods and revisions by, and says it in words.
func selectorOf(set saved.Object) (selector labels.Selector, says string, err error) {
	text, err := json.Marshal(set.Spec()[fieldSelector])
	if err != nil {
		return nil, "", err
	}
	read := &metav1.LabelSelector{}
	if err := json.Unmarshal(text, read); err != nil {
		return nil, "", fmt.Errorf("selector: %w", err)
	}
	if selector, err = metav1.LabelSelectorAsSelector(read); err != nil {
		return nil, "", fmt.Errorf("selector: %w", err)
	}
	return selector, sts.Clean(metav1.FormatLabelSelector(read)), nil
}

// selector is what the new set finds its pods and revisions by, and that in words.
func (n New) selector() (labels.Selector, string, error) {
	after, err := saved.Parse(n.Default)
	if err != nil {
		return nil, "", err
	}
	return selectorOf(after)
}

// selectorWords is the selector in words, "" for one that can't be read.
func selectorWords(set saved.Object) string {
	_, says, _ := selectorOf(set)
	return says
}

// selected refuses a selector that the pods of the set do not match by birth. The API server
// refuses it as well, and speaks of the template, which the manifest may have right.
func selected(set saved.Object) error {
	selector, says, err := selectorOf(set)
	if err != nil {
		return fmt.Errorf("the manifest: %w", err)
	}
	born := labels.Set{}
	for key, value := range set.Map("spec", "template", "metadata", "labels") {
		born[key], _ = value.(string)
	}
	if selector.Matches(born) {
		return nil
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("the selector is changed to %s, which the labels of the pods do not match: the set would leave its pods behind",
			says),
		Try: []hint.Hint{
			hint.Plugin("first roll out a manifest with the selector of before and labels that match both", "canary").
				With("-f", Filename),
			hint.Plugin("then give this one again", "recreate").With("-f", Filename),
		},
	}
}

// unselected refuses a selector that a pod or the revision of the pods does not match: the
// controller adopts what matches, and creates what it does not find.
func (n New) unselected(s sts.Snapshot) error {
	selector, says, err := n.selector()
	if err != nil {
		return err
	}
	for i := range s.Pods {
		if pod := &s.Pods[i]; !selector.Matches(labels.Set(pod.Labels)) {
			return &plan.Refusal{
				Why: fmt.Sprintf("pod %s does not match the selector %s: somebody has changed its labels", pod.Name, says),
				Try: []hint.Hint{
					hint.Plugin("have it recreated with those of the template", "restart", s.Name()).
						With("--ordinals", strconv.Itoa(pod.Ordinal)),
				},
			}
		}
	}
	if r, known := s.Revision(s.UpdateRevision()); len(s.Pods) == 0 || known && selector.Matches(labels.Set(r.Labels)) {
		return nil
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("controllerrevision %s does not match the selector %s: the new set would not find the revision of its pods",
			s.UpdateRevision(), says),
		Try: []hint.Hint{hint.Words("give it the labels of the pod template, which it has from its controller")},
	}
}

// forgotten says which revisions a set with another selector does not find any more. To go
// back to one is not possible with that: the API server refuses a template whose labels do
// not match the selector.
func (n New) forgotten(s sts.Snapshot) []string {
	selector, _, err := n.selector()
	if err != nil {
		return nil
	}
	var names []string
	for _, r := range s.Revisions {
		if !selector.Matches(labels.Set(r.Labels)) {
			names = append(names, r.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	them := "them"
	if len(names) == 1 {
		them = "it"
	}
	return []string{fmt.Sprintf("%s of before can't be gone back to any more, and nobody deletes %s: %s",
		sts.Count(len(names), "revision"), them, sts.Few(names))}
}
