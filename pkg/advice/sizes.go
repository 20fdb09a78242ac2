package advice

import (
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// sizes is D3.
func sizes(l *look) []Finding {
	var out []Finding
	templates := l.object().Spec.VolumeClaimTemplates
	for i := range templates {
		asks := templates[i].Spec.Resources.Requests[corev1.ResourceStorage]
		want, ok := size(asks.String())
		if !ok || want.IsZero() {
			continue
		}
		var smaller, larger []world.Claim
		for at, c := range l.claims() {
			switch has, ok := size(c.Asks); {
			case at != i || !ok:
			case has.Cmp(want) < 0:
				smaller = append(smaller, c)
			case has.Cmp(want) > 0:
				larger = append(larger, c)
			}
		}
		out = append(out, l.tooSmall(i, want.String(), smaller)...)
		out = append(out, l.tooLarge(i, want.String(), larger)...)
	}
	return out
}

// size reads a size, unless it is one with which no arithmetic ends.
func size(text string) (resource.Quantity, bool) {
	if podtemplate.Endless(text) {
		return resource.Quantity{}, false
	}
	q, err := resource.ParseQuantity(text)
	return q, err == nil
}

func sizeField(template int) string {
	return fmt.Sprintf("spec.volumeClaimTemplates[%d].spec.resources.requests.storage", template)
}

// sizeEvidence is the template's size and those of claims that have another.
func (l *look) sizeEvidence(template int, want string, claims []world.Claim) []Evidence {
	var out []Evidence
	for _, c := range claims {
		out = append(out, Evidence{
			Object: l.beside("PersistentVolumeClaim", c.Name), Field: "spec.resources.requests.storage", Value: c.Asks,
		})
	}
	return append([]Evidence{l.value(sizeField(template), want)}, firstFew(out)...)
}

func claimNames(claims []world.Claim) []string {
	var out []string
	for _, c := range claims {
		out = append(out, c.Name)
	}
	return out
}

func (l *look) tooSmall(template int, want string, claims []world.Claim) []Finding {
	if len(claims) == 0 {
		return nil
	}
	patch, _ := json.Marshal(map[string]any{ // strings have no error
		"spec": map[string]any{"resources": map[string]any{"requests": map[string]any{"storage": want}}},
	})
	return []Finding{{
		Says: fmt.Sprintf("%s smaller than the %s of their template, and the controller does not expand them: %s",
			are(len(claims), "claim"), want, sts.Few(claimNames(claims))),
		Evidence: l.sizeEvidence(template, want, claims),
		Fix: run(hint.Kube("expand them, if their class allows it", "patch",
			append(append([]string{"persistentvolumeclaim"}, claimNames(claims)...), "-p", string(patch))...)),
	}}
}

func (l *look) tooLarge(template int, want string, claims []world.Claim) []Finding {
	if len(claims) == 0 {
		return nil
	}
	return []Finding{{
		Says: fmt.Sprintf("the next pod that %s gets has a volume of %s, smaller than those of the others: %s larger than their template",
			l.name(), want, are(len(claims), "claim")),
		Evidence: l.sizeEvidence(template, want, claims),
		Fix: Fix{
			Words: fmt.Sprintf("a claim template can't be changed: write the new size into the manifest, delete the set without "+
				"its pods, "+
				"and apply it again; its pods and claims stay. For a set with whenDeleted: Delete set that to Retain first. Size: %s",
				claims[0].Asks),
			Commands: []hint.Hint{hint.Kube("delete the set without its pods", "delete", "statefulset", l.name(), "--cascade=orphan")},
		},
	}}
}
