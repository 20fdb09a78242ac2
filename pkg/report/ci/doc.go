// Package ci reports to pipelines: as JUnit and as a page of Markdown, in files,
// and as annotations of GitHub Actions.
package ci
