package advice

import (
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
	return []Finding{{
		Says: fmt.Sprintf("%s smaller than the %s of their template, and the controller does not expand them: %s",
			are(len(claims), "claim"), want, sts.Few(claimNames(claims))),
		Evidence: l.sizeEvidence(template, want, claims),
		Fix: run(hint.Plugin("expand them, the highest ordinal's first", "resize", l.name(),
			"--size", l.object().Spec.VolumeClaimTemplates[template].Name+"="+want, "--claims-only")),
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
		Fix: run(hint.Plugin("recreate the set with that size, around its pods; then write it into the manifest", "resize", l.name(),
			"--size", l.object().Spec.VolumeClaimTemplates[template].Name+"="+largest(claims), "--template-only")),
	}}
}

// largest is the largest size that a claim asks for.
func largest(claims []world.Claim) string {
	most := claims[0].Asks
	for _, c := range claims[1:] {
		a, known := size(most)
		if b, ok := size(c.Asks); ok && (!known || a.Cmp(b) < 0) {
			most = c.Asks
		}
	}
	return most
}
