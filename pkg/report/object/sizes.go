package object

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// sizeView is a claim of a plan that resizes claims, as a program reads it.
type sizeView struct {
	Name         string `json:"name"`
	Ordinal      int    `json:"ordinal"`
	Fate         string `json:"fate"` // grows, lowers, stays, waits or is
	Size         string `json:"size"`
	Requested    string `json:"requested"`
	Wanted       string `json:"wanted"`
	Reason       string `json:"reason,omitempty"`
	StorageClass string `json:"storageClass,omitempty"`
	Expandable   *bool  `json:"expandable,omitempty"` // none where the class can't be read
	viewAttributes
}

// viewAttributes are the VolumeAttributesClasses of a claim, absent where it has none and is to
// have none.
type viewAttributes struct {
	Has    string `json:"volumeAttributesClass,omitempty"`
	Wanted string `json:"wantedVolumeAttributesClass,omitempty"`
}

func viewSizes(all []plan.Resize) []sizeView {
	var out []sizeView
	for i := range all {
		c := &all[i]
		out = append(out, sizeView{
			Name: c.Claim.Name, Ordinal: c.Ordinal, Fate: string(c.Fate), Size: c.Claim.Size,
			Requested: c.Claim.Requested(), Wanted: c.Wanted, viewAttributes: viewAttributes{c.Claim.Attributes, c.Attributes},
			Reason:       report.Clean(report.ResizeReason(c)),
			StorageClass: c.Claim.Class, Expandable: c.Expandable,
		})
	}
	return out
}

// claimSize is how far a claim is on the way to another size, or to another
// VolumeAttributesClass.
type claimSize struct {
	Name    string `json:"name"`
	Ordinal int    `json:"ordinal"`
	State   string `json:"state"` // asked, controller, node, failing, infeasible or done
	Size    string `json:"size"`
	Wanted  string `json:"wanted"`
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
	viewAttributes
}

func viewClaimSize(c *plan.ClaimProgress) *claimSize {
	if c == nil {
		return nil
	}
	return &claimSize{
		Name: c.Name, Ordinal: c.Ordinal, State: string(c.Stage), Size: c.Has, Wanted: c.Wants,
		Reason: report.Clean(c.Reason), Message: report.Clean(c.Message),
		viewAttributes: viewAttributes{report.Clean(c.HasAttributes), report.Clean(c.WantsAttributes)},
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
