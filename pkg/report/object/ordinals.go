package object

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// ordinalView is an ordinal that comes or goes, as a program reads it.
type ordinalView struct {
	Ordinal int        `json:"ordinal"`
	Pod     string     `json:"pod"`
	Claims  []fateView `json:"claims,omitempty"`
}

type fateView struct {
	Name          string     `json:"name"`
	Fate          string     `json:"fate"`
	DataDies      bool       `json:"dataDies"`
	Why           string     `json:"why,omitempty"`
	Size          string     `json:"size,omitempty"`
	StorageClass  string     `json:"storageClass,omitempty"`
	Volume        string     `json:"volume,omitempty"`
	ReclaimPolicy string     `json:"reclaimPolicy,omitempty"`
	Created       *time.Time `json:"created,omitempty"`
	UnusedSince   *time.Time `json:"unusedSince,omitempty"`
}

func viewOrdinals(all []plan.Ordinal) []ordinalView {
	var out []ordinalView
	for _, o := range all {
		v := ordinalView{Ordinal: o.Ordinal, Pod: o.Pod}
		for i := range o.Claims {
			c := &o.Claims[i]
			v.Claims = append(v.Claims, fateView{
				Name: c.Claim.Name, Fate: string(c.Fate), DataDies: c.DataDies(), Why: report.Clean(c.Why), Size: report.ClaimSize(*c),
				StorageClass: c.Claim.Class, Volume: c.Claim.Volume, ReclaimPolicy: string(c.Claim.Reclaim),
				Created: moment(c.Claim.Created), UnusedSince: moment(c.Claim.UnusedSince),
			})
		}
		out = append(out, v)
	}
	return out
}
