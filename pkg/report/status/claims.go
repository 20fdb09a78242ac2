package status

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// mostClaims is how many claims that are being resized are shown one by one.
const mostClaims = 10

// claimLines say how large the claims are, where that was asked for: which are on their
// way to another size, and which are larger than their template.
func (st shown) claimLines() [][2]string {
	if st.Snapshot.Claims == nil {
		return nil
	}
	all := st.Claims()
	sizes, larger := map[string]int{}, map[string]int{}
	var order, templates []string
	var lines [][2]string
	moving := 0
	for i := range all {
		c := &all[i]
		size := c.Template + " " + c.Has
		sizes[size]++
		if sizes[size] == 1 {
			order = append(order, size)
		}
		if c.Larger() {
			template := c.Template + " " + c.TemplateAsks
			larger[template]++
			if larger[template] == 1 {
				templates = append(templates, template)
			}
		}
		if c.Stage == storage.ResizeDone {
			continue
		}
		moving++
		title := "Resizing"
		if c.Modifies {
			title = "Modifying"
		}
		if moving <= mostClaims {
			lines = append(lines, [2]string{title, report.Clean(c.Says())})
		}
	}
	if moving > mostClaims {
		lines = append(lines, [2]string{"Resizing", fmt.Sprintf("and %d more", moving-mostClaims)})
	}
	words := "none yet"
	if len(order) > 0 {
		slices.Sort(order)
		for i, size := range order {
			order[i] = fmt.Sprintf("%d x %s", sizes[size], size)
		}
		words = strings.Join(order, ", ")
	}
	for _, template := range templates {
		words += fmt.Sprintf("; %s larger than the template, which gives new ordinals %s", sts.Count(larger[template], "claim"), template)
	}
	return append([][2]string{{"Claims", report.Clean(words)}}, lines...)
}
