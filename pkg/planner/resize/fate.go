package resize

import (
	"cmp"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// decide says what happens to the claims of one template.
func (b *builder) decide(template string, all []plan.Resize) error {
	if len(all) == 0 {
		return nil
	}
	wanted := b.r.wanted[template]
	for i := range all {
		all[i].Attributes = b.r.attributes[template]
	}
	if wanted != "" && b.r.Target.Percent {
		var no *plan.Refusal
		if wanted, no = b.percent(template, all, wanted); no != nil {
			return no
		}
	}
	if wanted != "" {
		b.wanted[template] = wanted
	}
	for i := range all {
		c := &all[i]
		c.Wanted = cmp.Or(wanted, c.Claim.Requested())
		c.Fate = b.fate(*c)
		if class, found, known := b.r.class(c.Claim.Class); known {
			allowed := found && class.Expandable
			c.Expandable = &allowed
		}
	}
	b.sizes = append(b.sizes, all...)
	return nil
}

// fate is what happens to a claim of which it is known what it is to have.
func (b *builder) fate(c plan.Resize) plan.SizeFate {
	switch compared := storage.CompareSizes(c.Wanted, c.Claim.Requested()); {
	case compared > 0:
		return plan.SizeGrows
	case compared < 0:
		return plan.SizeLowers
	case c.Attributes != "" && c.Attributes != c.Claim.Attributes:
		return plan.SizeStays
	case b.done(c):
		return plan.SizeIs
	}
	return plan.SizeWaits
}

// done reports whether nothing is left to wait for: of a claim that no pod mounts, nor
// will, the file system gets its size when one does.
func (b *builder) done(c plan.Resize) bool {
	if c.Attributes != "" && c.Claim.ModifyStage() != storage.ResizeDone {
		return false
	}
	if c.Attributes != "" && !b.sized(c) {
		return true
	}
	_, pod := b.s.Pod(c.Ordinal)
	stage := c.Claim.Stage()
	return stage == storage.ResizeDone || stage == storage.ResizeNode && !pod && !b.s.Ordinals().Has(c.Ordinal)
}

// lead is the ordinal whose claims go first: the highest, where the driver has shown that
// it can do it or a claim is on its way already; otherwise the highest that has not its
// size. A claim that was made with the size has shown nothing.
func (b *builder) lead() int {
	highest := b.sizes[0].Ordinal
	open := b.open(func(plan.Resize) bool { return true })
	if len(open) == 0 || slices.ContainsFunc(b.sizes, b.shows) {
		return highest
	}
	return open[0].Ordinal
}

// shows reports whether a claim was resized to its size, or is asked to be.
func (b *builder) shows(c plan.Resize) bool {
	template := b.of[c.Claim.Name]
	made := b.s.TemplateRequest(template)
	grown := c.Attributes != "" && !b.sized(c) || made != "" && storage.CompareSizes(c.Wanted, made) > 0
	modified := c.Attributes == "" || c.Attributes != b.s.TemplateAttributes(template)
	return c.Fate == plan.SizeWaits || c.Fate == plan.SizeIs && grown && modified
}

// sized reports whether the size of a claim is the run's business as well.
func (b *builder) sized(c plan.Resize) bool { return b.r.wanted[b.of[c.Claim.Name]] != "" }

// open are the claims about which there is something to do.
func (b *builder) open(which func(plan.Resize) bool) []plan.Resize {
	var out []plan.Resize
	for i := range b.sizes {
		if b.sizes[i].Fate != plan.SizeIs && which(b.sizes[i]) {
			out = append(out, b.sizes[i])
		}
	}
	return out
}
