//! What a workflow says, step by step.

use super::super::kinds::{Folder, lines};

/// The deployments of a job with these lines (six blanks before a step) and a template `infra/kms.yaml`.
fn of(job: &str) -> Vec<String> {
    let text = format!("on: push\nenv:\n  ACCOUNT: '111122223333'\njobs:\n  deploy:\n{job}");
    lines(
        "w.yml",
        &text,
        &mut Folder::below(
            "../..",
            &[
                ("../../infra/kms.yaml", ""),
                ("../../p.json", "[{\"ParameterKey\": \"Admin\", \"ParameterValue\": \"Deploy\"}]"),
            ],
        ),
    )
}

const CREDENTIALS: &str = "    - uses: aws-actions/configure-aws-credentials@v4
      with:
        role-to-assume: arn:aws:iam::${{ env.ACCOUNT }}:role/Deploy
        aws-region: eu-west-1
";

/// A deployment with these further inputs, `key: value, …`.
fn deploy(inputs: &str) -> String {
    format!(
        "    - uses: aws-actions/aws-cloudformation-github-deploy@v1\n      with: {{ name: vault, template: infra/kms.yaml{inputs} }}\n"
    )
}

const TEMPLATE: &str = "deploy: ../../infra/kms.yaml";

#[test]
fn the_session_of_the_role_deploys() {
    let found = of(&format!("    steps:\n{CREDENTIALS}{}", deploy("")));
    let expected = format!(
        "{TEMPLATE} deployer=arn:aws:iam::111122223333:role/Deploy@w.yml:9 session=GitHubActions@w.yml:9 \
         region=eu-west-1@w.yml:10 stack=vault@w.yml:12"
    );
    assert_eq!(found, [expected]);
    let named = CREDENTIALS
        .replace("        aws-region", "        role-session-name: ci-${{ github.run_id }}\n        aws-region");
    let found = of(&format!("    steps:\n{named}{}", deploy("")));
    assert!(found[0].contains("session=ci-*@w.yml:10"), "{found:?}");
    let found =
        of(&format!("    steps:\n{CREDENTIALS}{}", deploy(", role-arn: 'arn:aws:iam::1:role/${{ vars.CFN }}'")));
    assert!(!found[0].contains("deployer=") && found[0].contains(" role=arn:*:iam::*:role/*@"), "{found:?}");
    let found =
        of(&format!("    steps:\n{CREDENTIALS}{}", deploy(", role-arn: 'arn:aws:iam::${{ vars.A }}:role/Cfn'")));
    assert!(found[0].contains(" role=arn:aws:iam::*:role/Cfn@w.yml:12"), "{found:?}");
}

#[test]
fn what_a_workflow_does_not_tell_is_unknown() {
    for (steps, expected) in [
        (String::new(), "(no step before it says whose credentials it has)"),
        (
            CREDENTIALS.replace(
                "role-to-assume: arn:aws:iam::${{ env.ACCOUNT }}:role/Deploy",
                "aws-access-key-id: '${{ secrets.K }}'",
            ),
            "(the access keys are a secret, and so is whose they are)",
        ),
        (
            format!("{CREDENTIALS}    - uses: ./.github/actions/login\n"),
            "(`./.github/actions/login` may set credentials, and is not read)",
        ),
        (
            format!("{CREDENTIALS}    - run: echo AWS_ACCESS_KEY_ID=$K >> $GITHUB_ENV\n"),
            "(a command sets the credentials)",
        ),
    ] {
        let found = of(&format!("    steps:\n{steps}{}", deploy("")));
        assert!(found[0].ends_with(expected) && !found[0].contains("deployer="), "{found:?}");
    }
    let later = of(&format!("    steps:\n{CREDENTIALS}{}", deploy(", no-execute-changeset: '1'")));
    assert!(later[0].ends_with("(the change set is executed later, by somebody who is not told)"), "{later:?}");
    let secret = CREDENTIALS.replace("arn:aws:iam::${{ env.ACCOUNT }}:role/Deploy", "${{ secrets.ROLE }}");
    let found = of(&format!("    steps:\n{secret}{}", deploy("")));
    assert!(
        found[0].contains("deployer=arn:*:iam::*:role/*@w.yml:9") && found[0].contains("`${{ secrets.ROLE }}`"),
        "{found:?}"
    );
    let written = format!("    steps:\n    - run: echo ACCOUNT=2 >> \"$GITHUB_ENV\"\n{CREDENTIALS}{}", deploy(""));
    assert!(of(&written)[0].contains("deployer=arn:aws:iam::*:role/Deploy"), "{:?}", of(&written));
}

#[test]
fn parameters_are_read_as_the_action_does() {
    for (overrides, expected) in [
        ("'A=b,C=d'", " A=b C=d"),
        ("'A=\"b,c\",D=e=f,'", " A=b,c D=e=f"),
        ("'A=b,A=c'", " A=b,c"),
        ("'A=${{ secrets.X }},B=${{ env.ACCOUNT }}'", " A=? B=111122223333"),
        ("'${{ steps.p.outputs.all }}'", " ..."),
        ("'file:///${{ github.workspace }}/p.json'", " Admin=Deploy"),
        ("'file:///${{ github.workspace }}/none.json'", " ..."),
        ("'https://example.com/p.json'", " ..."),
    ] {
        let found = of(&format!("    steps:\n{CREDENTIALS}{}", deploy(&format!(", parameter-overrides: {overrides}"))));
        assert!(found[0].ends_with(&format!("stack=vault@w.yml:12{expected}")), "{overrides}: {found:?}");
    }
    let wrong = of(&format!("    steps:\n{CREDENTIALS}{}", deploy(", parameter-overrides: nonsense")));
    assert!(
        wrong[0].starts_with("w.yml:12:") && wrong[0].ends_with("`nonsense` is no parameter: write `Key=Value`"),
        "{wrong:?}"
    );
}

#[test]
fn every_combination_of_the_matrix_deploys() {
    let matrix = "    strategy:\n      matrix:\n        target:\n        - { env: dev, account: '111122223333' }\n        \
                  - { env: prod, account: '444455556666' }\n    steps:\n";
    let steps = CREDENTIALS.replace("env.ACCOUNT", "matrix.target.account");
    let found = of(&format!("{matrix}{steps}{}", deploy(", parameter-overrides: 'Env=${{ matrix.target.env }}'")));
    assert_eq!(found.len(), 2);
    assert!(
        found[0].starts_with("deploy (dev): ")
            && found[0].contains("::111122223333:role/Deploy")
            && found[0].ends_with("Env=dev")
    );
    assert!(
        found[1].starts_with("deploy (prod): ")
            && found[1].contains("::444455556666:role/Deploy")
            && found[1].ends_with("Env=prod")
    );
}

#[test]
fn credentials_under_a_condition_are_possible_ones() {
    let under = |condition: &str, role: &str| {
        let step = CREDENTIALS.replace("role/Deploy", &format!("role/{role}"));
        step.replace("      with:", &format!("      if: {condition}\n      with:"))
    };
    let (dev, prod) = (under("github.ref == 'dev'", "Dev"), under("github.ref == 'prod'", "Prod"));
    let found = of(&format!("    steps:\n{dev}{prod}{}", deploy("")));
    assert!(found[0].contains("role/Dev@") && found[1].contains("role/Prod@"), "{found:?}");
    let only = deploy("").replace("      with:", "      if: github.ref == 'prod'\n      with:");
    let found = of(&format!("    steps:\n{dev}{prod}{only}"));
    assert!(found.len() == 1 && found[0].contains("role/Prod@"), "{found:?}");
}

#[test]
fn a_workflow_without_a_deployment_says_what_is_read() {
    let found = of("    steps:\n    - run: make\n");
    assert!(found[0].starts_with("w.yml:1:1: no step of this workflow deploys a template"), "{found:?}");
    let found = of("    uses: ./.github/workflows/deploy.yml\n");
    assert_eq!(
        found,
        ["w.yml:6:11: the jobs of `./.github/workflows/deploy.yml` stand in another file: name that one"]
    );
}

#[test]
fn commands_deploy_as_far_as_they_are_plain() {
    let run = |text: &str| {
        let lines: String = text.lines().map(|line| format!("        {line}\n")).collect();
        of(&format!("    env: {{ REGION: eu-west-2 }}\n    steps:\n{CREDENTIALS}    - run: |\n{lines}"))
    };
    let who = "deployer=arn:aws:iam::111122223333:role/Deploy@w.yml:10 session=GitHubActions@w.yml:10";
    for (text, expected) in [
        (
            "make\naws cloudformation deploy --template-file infra/kms.yaml \\\n  --stack-name vault --parameter-overrides Admin=Deploy Key=$KEY 'A=b c'",
            format!("{TEMPLATE} {who} region=eu-west-1@w.yml:11 stack=vault@w.yml:13 Admin=Deploy Key=? A=b c"),
        ),
        (
            "cd infra && aws cloudformation create-stack --template-body file://kms.yaml --stack-name v --region \"$REGION\" --role-arn \"arn:aws:iam::$ACCOUNT:role/${NAME}\"",
            format!(
                "{TEMPLATE} role=arn:aws:iam::111122223333:role/*@w.yml:13 region=eu-west-2@w.yml:13 stack=v@w.yml:13"
            ),
        ),
        (
            "aws cloudformation deploy --template-file infra/kms.yaml --stack-name v --parameter-overrides $(cat params) B=c",
            format!("{TEMPLATE} {who} region=eu-west-1@w.yml:11 stack=v@w.yml:13 B=c ..."),
        ),
        (
            "aws cloudformation deploy --template-file infra/kms.yaml --stack-name v --parameter-overrides file://p.json",
            format!("{TEMPLATE} {who} region=eu-west-1@w.yml:11 stack=v@w.yml:13 Admin=Deploy"),
        ),
        (
            "aws cloudformation deploy --template-file infra/kms.yaml --stack-name v --parameter-overrides file://none.json",
            format!("{TEMPLATE} {who} region=eu-west-1@w.yml:11 stack=v@w.yml:13 ..."),
        ),
        (
            "aws cloudformation deploy --template-file infra/kms.yaml --stack-name v --profile other",
            format!(
                "{TEMPLATE} region=eu-west-1@w.yml:11 stack=v@w.yml:13 (the command takes the credentials of a profile)"
            ),
        ),
    ] {
        assert_eq!(run(text), [expected], "{text}");
    }
    let none =
        run("# aws cloudformation deploy --template-file infra/kms.yaml\necho 'aws cloudformation deploy'\naws s3 ls");
    assert!(none[0].contains("no step of this workflow deploys a template"), "{none:?}");
}

#[test]
fn sam_deploy_takes_its_samconfig() {
    let config = "[prod.deploy.parameters]\nrole_arn = \"arn:aws:iam::111122223333:role/Cfn\"\nstack_name = \"app\"\n";
    let files = [("../../app/template.yaml", ""), ("../../app/samconfig.toml", config)];
    let text = |environment: &str| {
        format!(
            "jobs:\n  d:\n    steps:\n    - run: sam deploy --config-env {environment}\n      working-directory: app\n"
        )
    };
    let of = |environment: &str| lines("w.yml", &text(environment), &mut Folder::below("../..", &files));
    assert_eq!(
        of("prod"),
        ["d: ../../app/template.yaml role=arn:aws:iam::111122223333:role/Cfn@../../app/samconfig.toml:2 \
          stack=app@../../app/samconfig.toml:3"]
    );
    assert!(of("none")[0].contains("there is no environment `none`"), "{:?}", of("none"));
    let any = of("${{ inputs.stage }}");
    assert_eq!(any, ["d: ../../app/template.yaml ... (the environment of the samconfig is not told)"]);
}
