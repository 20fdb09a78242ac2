package resize

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Plan makes a plan of the request, from a snapshot that knows the claims; nil where
// every claim has its size. What is done shows in the claims themselves, so the same
// request goes on wherever a run before it ended. A *plan.Refusal as the error says why
// nothing is begun.
func Plan(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if no := Begin(s); no != nil {
		return nil, no
	}
	if err := r.read(s.ClaimTemplates()); err != nil {
		return nil, err
	}
	r.index = r.World.Index()
	b := &builder{r: r, s: s, now: now}
	if err := b.find(); err != nil {
		return nil, err
	}
	if no := cmp.Or(b.refuse(), b.refuseQuota()); no != nil {
		return nil, no
	}
	b.due = len(b.open(func(plan.Resize) bool { return true }))
	b.first, b.resumed = b.lead(), slices.ContainsFunc(b.sizes, b.shows)
	if no := b.refuseRestarts(); no != nil {
		return nil, no
	}
	p := b.frame()
	b.canary(p)
	b.others(p)
	b.settle(p)
	if len(p.Steps) == 0 {
		return nil, nil //nolint:nilnil // nothing to do
	}
	b.number(p)
	return p, nil
}

// builder makes the parts of a plan.
type builder struct {
	r   Request
	s   sts.Snapshot
	now time.Time

	sizes   []plan.Resize     // highest ordinal first, in the order of the templates
	of      map[string]string // the template of a claim, by its name
	wanted  map[string]string // by template, as sizes
	missing []string          // claims that there are not yet
	due     int               // claims about which there is something to do
	first   int               // the ordinal whose claims go first
	begun   int               // claims that steps are about, so far
	resumed bool              // a run before this one has begun
}

// ordinals are those whose claims are meant, highest first.
func (b *builder) ordinals() []int {
	if len(b.r.Ordinals) > 0 {
		return slices.SortedFunc(slices.Values(b.r.Ordinals), func(x, y int) int { return y - x })
	}
	return slices.Collect(b.s.Ordinals().Backward())
}

// find looks up the claims and what is to happen to each.
func (b *builder) find() error {
	b.of, b.wanted = map[string]string{}, map[string]string{}
	found := map[string][]plan.Resize{}
	for _, o := range b.ordinals() {
		for _, template := range b.s.ClaimTemplates() {
			if !b.r.means(template) {
				continue
			}
			name := b.s.ClaimName(template, o)
			i := slices.IndexFunc(b.s.Claims, func(c storage.Claim) bool { return c.Name == name })
			switch {
			case i >= 0:
				b.of[name] = template
				found[template] = append(found[template], plan.Resize{Claim: b.s.Claims[i], Ordinal: o})
			case len(b.r.Ordinals) > 0:
				return &plan.Refusal{Why: fmt.Sprintf("there is no claim %s", name)}
			default:
				b.missing = append(b.missing, name)
			}
		}
	}
	for _, template := range b.s.ClaimTemplates() {
		if err := b.decide(template, found[template]); err != nil {
			return err
		}
	}
	slices.SortStableFunc(b.sizes, func(x, y plan.Resize) int { return y.Ordinal - x.Ordinal })
	if len(b.sizes) == 0 {
		return b.none()
	}
	return nil
}

func (b *builder) frame() *plan.Plan {
	s, r := b.s, b.r
	return &plan.Plan{
		Verb: "resize", Namespace: s.Set.Namespace, Name: s.Name(), UID: s.UID(), Made: b.now.UTC(), Claims: true, Sizes: b.sizes,
		Title: b.title(), Details: b.details(), Warnings: b.warnings(), Success: b.success(),
		Patience: r.Limits.Patience, Placing: r.Limits.Placing, StepTimeout: r.Limits.StepTimeout, Timeout: r.Limits.Timeout,
		Resume: r.again(s, b.wanted),
	}
}

// canary takes the highest ordinal's claims alone: whether the driver can do it shows on
// them. Where they have their size it has shown.
func (b *builder) canary(p *plan.Plan) {
	group := b.open(func(c plan.Resize) bool { return c.Ordinal == b.first })
	for i := range group {
		b.step(p, group[:i+1], 1, 0, b.restarts())
	}
	if b.canaryRestarts() {
		b.restart(p, group, 1)
	}
	b.begun += len(group)
}

// others takes the rest, so many at a time: the next ones when all of these have their
// size, or wait for their pods to restart. What is to be done about those the last step
// says.
func (b *builder) others(p *plan.Plan) {
	all := b.open(func(c plan.Resize) bool { return c.Ordinal != b.first })
	b.underWay(p, all)
	for group := range slices.Chunk(all, b.r.AtOnce) {
		for i := range group {
			last := i == len(group)-1
			growing := i + 1
			if last {
				growing = 0
			}
			if !last && group[i].Fate == plan.SizeWaits {
				continue // the end of the group waits for it
			}
			b.step(p, group[:i+1], 2, growing, len(all) > len(group) || b.restarts())
		}
		b.begun += len(group)
	}
	if b.restarts() {
		b.restartOthers(p, all)
		return
	}
	if len(all) > b.r.AtOnce {
		b.begun -= len(all)
		until := b.until(all, 0, false)
		p.Steps = append(p.Steps, plan.Step{Title: "check that every claim has " + b.what(), Number: 2, Until: until})
		b.begun += len(all)
	}
}

// underWay looks at those of the others that ask for the size already: where one of them
// is in trouble, no other claim is begun.
func (b *builder) underWay(p *plan.Plan, all []plan.Resize) {
	waits := slices.DeleteFunc(slices.Clone(all), func(c plan.Resize) bool { return c.Fate != plan.SizeWaits })
	if len(waits) == 0 || len(waits) == len(all) && len(all) <= b.r.AtOnce {
		return // the only group begins with them
	}
	until := b.until(waits, len(waits), true)
	p.Steps = append(p.Steps, plan.Step{Title: "look at the claims that are on their way", Number: 2, Until: until})
}

// step resizes the last of these claims, and waits until all of them, but for so many,
// have their size.
func (b *builder) step(p *plan.Plan, claims []plan.Resize, number, growing int, leaves bool) {
	c := claims[len(claims)-1]
	size := b.size(c)
	step := plan.Step{
		Title: fmt.Sprintf("wait until claim %s has %s", size.Name, b.gets(c)), Number: number, Until: b.until(claims, growing, leaves),
	}
	if c.Fate != plan.SizeWaits {
		change := plan.ResizeClaim{ClaimSize: size}
		step.Title, step.Change, step.Require = change.String(), change, plan.Resizable{ClaimSize: size}
	}
	p.Steps = append(p.Steps, step)
}

func (b *builder) until(claims []plan.Resize, growing int, leaves bool) plan.ClaimsResized {
	until := plan.ClaimsResized{
		Growing: growing, Leaves: leaves, Before: b.begun, Of: b.due,
		Patience: metav1.Duration{Duration: b.r.Limits.Patience},
		Placing:  metav1.Duration{Duration: cmp.Or(b.r.Limits.Placing, b.r.Limits.Patience)},
	}
	for _, c := range claims {
		until.Claims = append(until.Claims, b.size(c))
	}
	return until
}

func (b *builder) size(c plan.Resize) plan.ClaimSize {
	out := plan.ClaimSize{
		Name: c.Claim.Name, UID: c.Claim.UID, Template: b.of[c.Claim.Name], Ordinal: c.Ordinal, From: c.Claim.Requested(), To: c.Wanted,
	}
	if c.Attributes != "" {
		out.Attributes, out.Had = c.Attributes, c.Claim.Attributes
		if !b.sized(c) {
			out.To = ""
		}
	}
	return out
}

// number counts the canary as one step and the others as another.
func (b *builder) number(p *plan.Plan) {
	first, last := p.Steps[0].Number, p.Steps[len(p.Steps)-1].Number
	for i := range p.Steps {
		step := &p.Steps[i]
		step.Part = i+1 < len(p.Steps) && p.Steps[i+1].Number == step.Number
		step.Number, step.Of = step.Number-first+1, last-first+1
	}
}
