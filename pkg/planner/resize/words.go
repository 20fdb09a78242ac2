package resize

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// sizesWords are the sizes by template: "data 20Gi, wal 5Gi".
func (b *builder) sizesWords() string {
	var out []string
	for _, template := range slices.Sorted(maps.Keys(b.wanted)) {
		out = append(out, template+" "+b.wanted[template])
	}
	return strings.Join(out, ", ")
}

func (b *builder) title() string {
	if b.due == 0 { // its pods alone are waited for
		return fmt.Sprintf("resize statefulset %s: %s", b.s.Name(), b.sizesWords())
	}
	return fmt.Sprintf("resize %s of statefulset %s: %s", sts.Count(b.due, "claim"), b.s.Name(), b.sizesWords())
}

// details say how it goes, and what stays as it is.
func (b *builder) details() []string {
	var out []string
	first := b.open(func(c plan.Resize) bool { return c.Ordinal == b.first })
	others := b.open(func(c plan.Resize) bool { return c.Ordinal != b.first })
	if len(first) > 0 && len(others) > 0 {
		out = append(out, fmt.Sprintf("the claims of ordinal %d go first, alone; "+
			"when they have their size, the others follow, up to %d at a time",
			b.first, b.r.AtOnce))
	}
	out = append(out, b.restartDetails()...)
	if !b.r.Templates {
		out = append(out, b.template())
	}
	for i := range b.sizes {
		if c := &b.sizes[i]; c.Fate != plan.SizeIs && !b.s.Ordinals().Has(c.Ordinal) {
			out = append(out, fmt.Sprintf("no pod mounts claim %s: its file system gets the size when one does", c.Claim.Name))
		}
	}
	for _, u := range b.uses() {
		out = append(out, fmt.Sprintf("quota %s: %s more of the %s that are left of %s",
			u.quota, u.more.String(), u.left.String(), u.resource))
	}
	return out
}

// template says what ordinals get that come later.
func (b *builder) template() string {
	var out []string
	for _, template := range slices.Sorted(maps.Keys(b.wanted)) {
		if request := b.s.TemplateRequest(template); request != "" {
			out = append(out, template+" "+request)
		}
	}
	return fmt.Sprintf("the claim templates stay as they are: new ordinals get %s", strings.Join(out, ", "))
}

// success is the last line of a run that got to the end.
func (b *builder) success() string {
	words := fmt.Sprintf("the claims of statefulset %s have their sizes: %s", b.s.Name(), b.sizesWords())
	if !b.r.Templates {
		words += "; " + b.template()
	}
	return words
}

// Nothing is what is said where every claim has its size.
func Nothing(s sts.Snapshot) string {
	return fmt.Sprintf("the claims of statefulset %q have this size already: nothing was changed", s.Name())
}

// warnings say what is not known, and who gets another size.
func (b *builder) warnings() []string {
	var out []string
	if len(b.missing) > 0 {
		out = append(out, fmt.Sprintf("%s: not there yet, and made from the claim template as it is", plan.ClaimNames(b.missing)))
	}
	return append(out, b.unknownQuotas()...)
}
