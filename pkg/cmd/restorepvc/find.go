package restorepvc

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
)

// find looks for the records that were asked for.
func (r Request) find(env *app.Env, client *kube.Client) ([]receipt.Found, error) {
	if r.File != "" {
		return r.inFile(env, client)
	}
	dir, err := receipt.Dir(r.RecordDir)
	if err != nil {
		return nil, err
	}
	found, err := receipt.Find(dir, func(record receipt.Receipt) bool {
		return record.Claim.Namespace == client.Namespace && r.names(record)
	})
	if err != nil {
		return nil, err
	}
	here := slices.DeleteFunc(slices.Clone(found), func(f receipt.Found) bool { return f.Cluster != client.Host() })
	for _, name := range r.Names {
		if slices.ContainsFunc(here, func(f receipt.Found) bool { return named(f.Receipt, name) }) {
			continue
		}
		for _, f := range found {
			if named(f.Receipt, name) {
				return nil, &plan.Refusal{
					Why: fmt.Sprintf("the record of %s is of another API server, %s", name, f.Cluster),
					Try: []hint.Hint{hint.Plugin("if it is the same cluster", "restore-pvc", name, "-f", f.File)},
				}
			}
		}
		return nil, &plan.Refusal{
			Why: fmt.Sprintf("there is no record of a claim %s, or of claims of a pod %s, of namespace %q in %s",
				name, name, client.Namespace, dir),
			Try: []hint.Hint{hint.Words("name the folder (--record) or the file (-f) that prune-pvc wrote")},
		}
	}
	here = sorted(here)
	for _, f := range here {
		for _, o := range f.Older {
			env.Warn(fmt.Sprintf("claim %s has a record of another volume, %s, from %s; for that one: %s",
				f.Claim.Name, o.Volume, o.Time.UTC().Format(time.RFC3339), env.Caller().Sts("restore-pvc", f.Claim.Name, "-f", o.File)))
		}
	}
	return here, nil
}

// inFile reads the records of a file: the names pick some, and so does a
// namespace that was asked for by itself.
func (r Request) inFile(env *app.Env, client *kube.Client) ([]receipt.Found, error) {
	data, err := os.ReadFile(r.File)
	if err != nil {
		return nil, options.Usage("%w", err)
	}
	records, err := receipt.Parse(data)
	if err != nil {
		return nil, options.Usage("%s: %w", r.File, err)
	}
	explicit := env.Config.Context.Namespace != ""
	var out []receipt.Found
	for _, record := range records {
		if (!explicit || record.Claim.Namespace == client.Namespace) && (len(r.Names) == 0 || r.names(record)) {
			out = append(out, receipt.Found{Receipt: record, File: r.File})
		}
	}
	if len(out) == 0 {
		return nil, options.Usage("%s has no record of %s", r.File, cmp.Or(strings.Join(r.Names, ", "), "anything"))
	}
	return sorted(out), nil
}

func sorted(found []receipt.Found) []receipt.Found {
	slices.SortFunc(found, func(a, b receipt.Found) int {
		return cmp.Or(strings.Compare(a.Claim.Namespace, b.Claim.Namespace), strings.Compare(a.Set, b.Set),
			a.Ordinal-b.Ordinal, strings.Compare(a.Claim.Name, b.Claim.Name))
	})
	return found
}

func (r Request) names(record receipt.Receipt) bool {
	return slices.ContainsFunc(r.Names, func(name string) bool { return named(record, name) })
}

// named reports whether the name is that of the claim, or of the pod that had it.
func named(record receipt.Receipt, name string) bool {
	return name == record.Claim.Name || record.Set != "" && name == fmt.Sprintf("%s-%d", record.Set, record.Ordinal)
}
