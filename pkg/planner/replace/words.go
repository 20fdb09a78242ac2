package replace

import (
	"cmp"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// The values of --pvc.
const (
	PVCRetain = "retain-volume"
	PVCDelete = "delete"
)

// chosen are the claim templates whose claims are replaced.
func (r Request) chosen(s sts.Snapshot) []string {
	if r.Templates == nil {
		return s.ClaimTemplates()
	}
	return r.Templates
}

// born says of each claim template whose claims are replaced what the new ones ask for,
// where that is something else.
func (r Request) born(s sts.Snapshot, renewed map[string]types.UID) []string {
	var out []string
	for _, template := range s.ClaimTemplates() {
		size, class := s.TemplateRequest(template), s.TemplateClass(template)
		var before []string
		for i := range s.Claims {
			c := &s.Claims[i]
			_, of := s.ClaimOrdinal(template, c.Name)
			if !of || renewed[c.Name] != c.UID {
				continue
			}
			has := request(c.Requested(), c.Class)
			differs := storage.CompareSizes(c.Requested(), size) != 0 || class != "" && class != c.Class
			if differs && !slices.Contains(before, has) {
				before = append(before, has)
			}
		}
		for _, has := range before {
			out = append(out, fmt.Sprintf("claims of template %s: %s → %s", template, has, request(size, class)))
		}
	}
	return out
}

// request says how much storage of which class a claim asks for.
func request(size, class string) string {
	return fmt.Sprintf("%s of %s", cmp.Or(size, "no size"), cmp.Or(class, "the default class"))
}

// answer is the value of --pvc.
func answer(deletes bool) string {
	if deletes {
		return PVCDelete
	}
	return PVCRetain
}

// going warns of claims that somebody else has deleted.
func going(ordinals []plan.Ordinal, retain bool) []string {
	var out []string
	for _, o := range ordinals {
		for _, c := range o.Claims {
			if c.Fate != plan.FateGoing {
				continue
			}
			words := fmt.Sprintf("claim %s is being deleted already", c.Claim.Name)
			if retain && c.Claim.Volume != "" {
				words += fmt.Sprintf(": its volume %s is set to Retain, and no record is written of it", c.Claim.Volume)
			}
			out = append(out, words)
		}
	}
	return out
}

// success is the last line of a run that got to the end.
func success(p *plan.Plan) string {
	volumes, written := 0, 0
	for i := range p.Steps {
		if f := p.Steps[i].Replace; f != nil {
			for _, c := range f.Claims {
				if c.Volume != "" && (c.Retain || c.Receipt || retainedBefore(p, c)) {
					volumes++
				}
				if c.Receipt {
					written++
				}
			}
		}
	}
	switch {
	case volumes == 0:
		return p.Success
	case written < volumes:
		return fmt.Sprintf("%s; %s", p.Success, stay(volumes))
	}
	return fmt.Sprintf("%s; %s, and so do records of their claims for restore-pvc", p.Success, stay(volumes))
}

// retainedBefore reports whether the claim is being deleted already and its volume stays.
func retainedBefore(p *plan.Plan, r plan.Renewal) bool {
	for _, o := range p.Ordinals {
		for _, c := range o.Claims {
			if c.Claim.UID == r.UID && c.Fate == plan.FateGoing {
				return !c.Claim.DataDies()
			}
		}
	}
	return false
}

func stay(volumes int) string {
	if volumes == 1 {
		return "1 old volume stays"
	}
	return fmt.Sprintf("%d old volumes stay", volumes)
}

// warnings say what nobody asks.
func (r Request) warnings(s sts.Snapshot, pods map[int]types.UID) []string {
	if r.asks() || len(pods) < 2 {
		return nil
	}
	words := "each pod loses its volume once the one before is Available; nothing asks whether that has its data back"
	if len(pods) == s.Replicas() {
		words += ", and at the end no pod has the volume that it has now"
	}
	return []string{words + " (--after-exec, --check-exec and --preset do)"}
}
