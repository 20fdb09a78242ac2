package resize

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// wantedWords are the sizes by template, "data 20Gi, wal 5Gi", and the attributes.
func (b *builder) wantedWords() string {
	var out []string
	for _, template := range slices.Sorted(maps.Keys(b.wanted)) {
		out = append(out, template+" "+b.wanted[template])
	}
	if words := attributesWords(b.r.attributes); words != "" {
		out = append(out, words)
	}
	return strings.Join(out, ", ")
}

// attributesWords are VolumeAttributesClasses by template, "" for none.
func attributesWords(all map[string]string) string {
	var out []string
	for _, template := range slices.Sorted(maps.Keys(all)) {
		out = append(out, fmt.Sprintf("%s (%s)", all[template], template))
	}
	if len(out) == 0 {
		return ""
	}
	return "VolumeAttributesClass " + strings.Join(out, ", ")
}

// modifies reports whether attributes are to change.
func (b *builder) modifies() bool { return len(b.r.attributes) > 0 }

// verb is the first word where it is sizes that change, and the second where it is
// attributes as well, or alone.
func (b *builder) verb(resizes, changes string) string {
	if b.modifies() {
		return changes
	}
	return resizes
}

// Nothing is what begins a refusal of the claims.
func (r Request) Nothing() string {
	if r.Attributes.IsZero() {
		return "nothing is resized"
	}
	return "nothing is changed"
}

// what every claim has in the end.
func (b *builder) what() string { return b.verb("its size", "what is asked for") }

// gets is what a claim is waited for to have.
func (b *builder) gets(c plan.Resize) string {
	switch {
	case c.Attributes == "":
		return c.Wanted
	case !b.sized(c):
		return plan.AttributesWords(c.Attributes)
	}
	return c.Wanted + " and " + plan.AttributesWords(c.Attributes)
}

func (b *builder) title() string {
	if b.due == 0 { // its pods alone are waited for
		return fmt.Sprintf("resize statefulset %s: %s", b.s.Name(), b.wantedWords())
	}
	return fmt.Sprintf("%s %s of statefulset %s: %s", b.verb("resize", "change"), sts.Count(b.due, "claim"), b.s.Name(), b.wantedWords())
}

// details say how it goes, and what stays as it is.
func (b *builder) details() []string {
	var out []string
	first := b.open(func(c plan.Resize) bool { return c.Ordinal == b.first })
	others := b.open(func(c plan.Resize) bool { return c.Ordinal != b.first })
	if len(first) > 0 && len(others) > 0 {
		out = append(out, fmt.Sprintf("the claims of ordinal %d go first, alone; "+
			"when they have %s, the others follow, up to %d at a time",
			b.first, b.verb("their size", "what is asked for"), b.r.AtOnce))
	}
	out = append(out, b.restartDetails()...)
	if !b.r.Templates {
		out = append(out, b.template())
	}
	for i := range b.sizes {
		if c := &b.sizes[i]; c.Fate != plan.SizeIs && c.Fate != plan.SizeStays && !b.s.Ordinals().Has(c.Ordinal) {
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
	for _, template := range b.s.ClaimTemplates() {
		if request := b.s.TemplateRequest(template); request != "" && b.wanted[template] != "" {
			out = append(out, template+" "+request)
		}
		if b.r.attributes[template] != "" {
			out = append(out, fmt.Sprintf("%s (%s)", plan.AttributesWords(b.s.TemplateAttributes(template)), template))
		}
	}
	return fmt.Sprintf("the claim templates stay as they are: new ordinals get %s", strings.Join(out, ", "))
}

// success is the last line of a run that got to the end.
func (b *builder) success() string {
	what := b.verb("their sizes", "what was asked for")
	words := fmt.Sprintf("the claims of statefulset %s have %s: %s", b.s.Name(), what, b.wantedWords())
	if !b.r.Templates {
		words += "; " + b.template()
	}
	return words
}

// Already is what is said where every claim has what is asked for.
func Already(r Request, s sts.Snapshot) string {
	what := "this size"
	if !r.Attributes.IsZero() {
		what = "what is asked for"
	}
	words := fmt.Sprintf("the claims of statefulset %q have %s already: nothing was changed", s.Name(), what)
	b := &builder{r: r, s: s}
	if r.NoClaims || b.r.read(s.ClaimTemplates()) != nil || b.find() != nil || len(b.missing) == 0 {
		return words
	}
	return words + "; " + notThere(b.missing)
}

// notThere says which claims there are not.
func notThere(missing []string) string {
	return plan.ClaimNames(missing) + ": not there yet, and made from the claim template as it is"
}

// warnings say what is not known, and who gets another size.
func (b *builder) warnings() []string {
	var out []string
	if len(b.missing) > 0 {
		out = append(out, notThere(b.missing))
	}
	return append(out, b.unknownQuotas()...)
}
