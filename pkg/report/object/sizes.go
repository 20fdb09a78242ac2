package object

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// sizeView is a claim of a plan that resizes claims, as a program reads it.
type sizeView struct {
	Name         string `json:"name"`
	Ordinal      int    `json:"ordinal"`
	Fate         string `json:"fate"` // grows, lowers, waits or is
	Size         string `json:"size"`
	Requested    string `json:"requested"`
	Wanted       string `json:"wanted"`
	Reason       string `json:"reason,omitempty"`
	StorageClass string `json:"storageClass,omitempty"`
	Expandable   *bool  `json:"expandable,omitempty"` // none where the class can't be read
}

func viewSizes(all []plan.Resize) []sizeView {
	var out []sizeView
	for i := range all {
		c := &all[i]
		out = append(out, sizeView{
			Name: c.Claim.Name, Ordinal: c.Ordinal, Fate: string(c.Fate), Size: c.Claim.Size,
			Requested: c.Claim.Requested(), Wanted: c.Wanted,
			Reason: report.Clean(c.Claim.Resize.Reason()), StorageClass: c.Claim.Class, Expandable: c.Expandable,
		})
	}
	return out
}

// claimSize is how far a claim is on the way to another size.
type claimSize struct {
	Name    string `json:"name"`
	Ordinal int    `json:"ordinal"`
	State   string `json:"state"` // asked, controller, node, failing, infeasible or done
	Size    string `json:"size"`
	Wanted  string `json:"wanted"`
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
}

func viewClaimSize(c *plan.ClaimProgress) *claimSize {
	if c == nil {
		return nil
	}
	return &claimSize{
		Name: c.Name, Ordinal: c.Ordinal, State: string(c.Stage), Size: c.Has, Wanted: c.Wants,
		Reason: report.Clean(c.Reason), Message: report.Clean(c.Message),
	}
}

// statusClaim is a claim of a set that is only looked at.
type statusClaim struct {
	claimSize
	// Template is what a new claim of its template would ask for.
	Template string `json:"template,omitempty"`
}

func viewStatusClaims(all []report.StatusClaim) []statusClaim {
	var out []statusClaim
	for i := range all {
		out = append(out, statusClaim{*viewClaimSize(&all[i].ClaimProgress), all[i].TemplateAsks})
	}
	return out
}
