package reconciler

import (
	"encoding/json"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Write is a field that a run writes, or has written before.
type Write struct {
	Field         workload.Field
	Path          field.Path
	Before, After any  // nil where the set does not have it; After is what is written first
	Ends          any  // what is written last
	Stays         bool // when the run is over, it is another value than before
	Earlier       bool // an earlier run of the same operation has written it
}

// Writes are the fields that a plan writes, in the order in which they are told: what the
// template becomes, the partition, the replicas, the retention policy.
func Writes(p *plan.Plan, s sts.Snapshot) []Write {
	if !s.Exists() || p.ReadOnly || p.Name == "" {
		return nil
	}
	var template podtemplate.Template
	var partition, replicas, retention values
	for i := range p.Steps {
		edit, ok := p.Steps[i].Change.(plan.Edit)
		if !ok {
			continue
		}
		if edit.Template != nil {
			template = edit.Template
		}
		add(&partition, edit.Partition)
		add(&replicas, edit.Replicas)
		add(&retention, edit.Retention)
	}
	out := templateWrites(template, p.Stable, s)
	out = append(out, partition.write(s, workload.FieldPartition, s.Partition(), s.Set.Spec.PartitionSet)...)
	out = append(out, replicas.write(s, workload.FieldReplicas, s.Replicas(), true)...)
	return append(out, retention.write(s, workload.FieldWhenScaled, s.WhenScaled(), true)...)
}

// values are those that a field is given one after another.
type values []any

func add[T any](to *values, value *T) {
	if value != nil {
		*to = append(*to, *value)
	}
}

// write is the field, unless it is never written; known says that the set has it.
func (v values) write(s sts.Snapshot, f workload.Field, before any, known bool) []Write {
	if len(v) == 0 {
		return nil
	}
	paths := s.Set.Kind.Paths(f)
	if len(paths) == 0 {
		return nil
	}
	ends := v[len(v)-1]
	w := Write{Field: f, Path: field.Names(paths[0]...), Before: before, After: v[0], Ends: ends, Stays: ends != before}
	if !known {
		w.Before = nil
	}
	return []Write{w}
}

// templateWrites are the fields in which the template changes, by this run or, where it
// brings none, by the one that began the same operation.
func templateWrites(to podtemplate.Template, stable string, s sts.Snapshot) []Write {
	from, earlier := current(s), false
	if to == nil {
		to, from, earlier = from, revision(stable, s), true
	}
	paths := s.Set.Kind.Paths(workload.FieldTemplate)
	if to == nil || from == nil || len(paths) == 0 {
		return nil
	}
	before, err := field.Parse(from)
	if err != nil {
		return nil
	}
	after, err := field.Parse(to)
	if err != nil {
		return nil
	}
	var out []Write
	for _, c := range field.Changes(field.Names(paths[0]...), before, after) {
		if c.Before == nil && c.After == nil {
			continue // null, or left out
		}
		out = append(out, Write{
			Field: workload.FieldTemplate, Path: c.Path, Before: c.Before, After: c.After, Ends: c.After,
			Stays: true, Earlier: earlier,
		})
	}
	return out
}

// current is the set's template, as the server wrote it where that is known.
func current(s sts.Snapshot) podtemplate.Template {
	if s.Raw != nil {
		return s.Raw
	}
	text, err := json.Marshal(s.Set.Spec.Template)
	if err != nil {
		return nil
	}
	return text
}

// revision is the template of a revision of the set, nil for one that is not there.
func revision(name string, s sts.Snapshot) podtemplate.Template {
	for _, r := range s.Revisions {
		if r.Name != name || name == "" {
			continue
		}
		if t, err := podtemplate.RevisionTemplate(r); err == nil {
			return t
		}
	}
	return nil
}
