package object

import (
	"encoding/json"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// reconcilerView is who else writes what a plan writes, as a program reads it.
type reconcilerView struct {
	Rule     string      `json:"rule"`
	Name     string      `json:"name"`
	Says     string      `json:"says"`
	When     string      `json:"when"`
	Rests    string      `json:"rests,omitempty"`
	Managers []string    `json:"managers,omitempty"`
	Fields   []fieldView `json:"fields,omitempty"`
	Stop     []string    `json:"stop,omitempty"`
	Keep     []string    `json:"keep,omitempty"`
}

// fieldView is a field that the plan writes. Value and Back are left out where the field
// is taken away, or where nobody knows.
type fieldView struct {
	Field string `json:"field"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
	Back  any    `json:"back,omitempty"`
	Maybe bool   `json:"maybe,omitempty"`
}

// commitView is what is to be changed in a source. Without a value the field is to be
// taken away.
type commitView struct {
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
	Who   string `json:"who"` // would put the old value back
	Maybe bool   `json:"maybe,omitempty"`
}

func viewReconcilers(all []writeback.Reconciler, caller hint.Caller) []reconcilerView {
	var out []reconcilerView
	for i := range all {
		r := &all[i]
		v := reconcilerView{
			Rule: r.Rule, Name: report.Clean(r.Name), Says: report.Clean(r.Says), When: report.Clean(r.When),
			Rests: report.Clean(r.Rests), Managers: report.CleanAll(r.Managers),
			Stop: report.Helps(caller, r.Stop), Keep: report.Helps(caller, r.Keep),
		}
		for _, f := range r.Fields {
			if !f.Earlier {
				v.Fields = append(v.Fields, fieldView{
					string(f.Field), report.Clean(f.Path), cleanValue(f.Value), cleanValue(f.Back), f.Maybe,
				})
			}
		}
		out = append(out, v)
	}
	return out
}

func viewCommits(all []writeback.Commit) []commitView {
	var out []commitView
	for _, c := range all {
		out = append(out, commitView{report.Clean(c.Path), cleanValue(c.Value), report.Clean(c.Who), c.Maybe})
	}
	return out
}

// cleanValue is a value of a field without what nobody can see in its texts; nil for none.
func cleanValue(raw json.RawMessage) any {
	var value any
	if len(raw) == 0 || json.Unmarshal(raw, &value) != nil {
		return nil
	}
	return clean(value)
}

func clean(value any) any {
	switch value := value.(type) {
	case string:
		return report.Clean(value)
	case []any:
		for i := range value {
			value[i] = clean(value[i])
		}
	case map[string]any:
		out := map[string]any{}
		for key, v := range value {
			out[report.Clean(key)] = clean(v)
		}
		return out
	}
	return value
}
