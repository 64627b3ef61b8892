"""What the benchmarks are run on: made from nothing, the same at every run.

`make(folder, shared)` writes each workload once and returns them by name. The real templates are read where the folder of
shared data is (see CONTRIBUTING.md), and the workload is left out where it is not.
"""

import json
from pathlib import Path

ROLE = "arn:aws:iam::111122223333:role/Deploy"


def statement(number):
    """A statement as people write them: one of the account, the others of roles."""
    if number == 0:
        return """          - Sid: Account
            Effect: Allow
            Principal: {AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root'}
            Action: kms:*
            Resource: '*'
"""
    return f"""          - Sid: Use{number}
            Effect: Allow
            Principal:
              AWS: !Sub arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/App{number}
            Action: [kms:Encrypt, kms:Decrypt, kms:GenerateDataKey*, kms:DescribeKey]
            Resource: '*'
            Condition:
              StringEquals: {{aws:PrincipalOrgID: o-a1b2c3d4e5}}
"""


def key(name, statements=3):
    """A resource that is a key."""
    policy = "".join(statement(number) for number in range(statements))
    return f"""  {name}:
    Type: AWS::KMS::Key
    Properties:
      Description: The key of {name}
      EnableKeyRotation: true
      KeyPolicy:
        Version: '2012-10-17'
        Statement:
{policy}"""


def other(name):
    """A resource that is none."""
    tags = "".join(f"        - {{Key: tag-{n}, Value: !Sub '${{AWS::StackName}}-{n}'}}\n" for n in range(18))
    return f"""  {name}:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub ${{AWS::StackName}}-{name.lower()}
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: true
      Tags:
{tags}"""


def template(keys, others, statements=3, head=""):
    """A template with so many keys and so many other resources, one kind among the other."""
    out = ["AWSTemplateFormatVersion: '2010-09-09'\n", head, "Resources:\n"]
    every = max(1, others // max(1, keys))
    for number in range(others):
        out.append(other(f"Bucket{number}"))
        if number % every == 0 and number // every < keys:
            out.append(key(f"Key{number // every}", statements))
    made = min(keys, -(-others // every)) if others else 0
    out += [key(f"Key{number}", statements) for number in range(made, keys)]
    return "".join(out)


def with_conditions(parameters, conditions):
    """A template in which much could be chosen, and little matters to the key."""
    head = ["Parameters:\n"]
    head += [f"  P{n}: {{Type: String, Default: a{n}, AllowedValues: [a{n}, b{n}]}}\n" for n in range(parameters)]
    head.append("Conditions:\n")
    head.append("  C0: !Equals [!Ref P0, a0]\n")
    head += [f"  C{n}: !And [!Condition C{n - 1}, !Equals [!Ref P{n}, a{n}]]\n" for n in range(1, conditions)]
    uses = "".join(f"      - {{Key: k{n}, Value: !If [C{n}, one, two]}}\n" for n in range(conditions))
    bucket = f"  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags:\n{uses}"
    body = template(1, 0, head="".join(head)) + bucket
    return body.replace("role/App1", "role/${P1}").replace("Key0:\n", "Key0:\n    Condition: C3\n", 1)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def folder_of(root, files, templates, keys):
    """A repository: files of all kinds, some of them templates, some of those with keys."""
    for number in range(files):
        at = root / f"d{number % 100}"
        if number < keys:
            write(at / f"key{number}.yaml", template(1, 4))
        elif number < templates:
            write(at / f"stack{number}.yaml", template(0, 6))
        elif number % 2:
            write(at / f"values{number}.yaml", "".join(f"name{n}: value {n}\n" for n in range(80)))
        else:
            write(at / f"data{number}.json", json.dumps({f"name{n}": [n, str(n)] for n in range(60)}, indent=1))


def assembly(root, stacks):
    """What `cdk synth` writes for so many stacks."""
    artifacts = {}
    for number in range(stacks):
        name = f"Stack{number}"
        body = {"Resources": {"Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::111122223333:root"}},
                           "Action": "kms:*", "Resource": "*"}]}}}}}
        body["Resources"] |= {f"Queue{n}": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": n}} for n in range(40)}
        write(root / f"{name}.template.json", json.dumps(body, indent=1))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": "aws://111122223333/eu-west-1",
            "properties": {
                "templateFile": f"{name}.template.json",
                "cloudFormationExecutionRoleArn": ROLE,
                "stackName": name,
            },
        }
    write(root / "manifest.json", json.dumps({"version": "36.0.0", "artifacts": artifacts}, indent=1))


def deployments(root, count):
    """One template that is deployed so many times."""
    write(root / "template.yaml", template(2, 10))
    lines = ["deployments:\n"]
    for number in range(count):
        lines.append(f"  d{number}:\n    templates: [template.yaml]\n    role-arn: {ROLE}{number}\n")
    write(root / ".cfn-lockout.yaml", "".join(lines))


def make(folder, shared=None):
    """Every workload: name -> (folder or file, whether its files are named one by one)."""
    made = folder / "made"
    if not made.exists():
        write(folder / "small" / "template.yaml", template(1, 1))
        write(folder / "large" / "template.yaml", template(60, 420))
        write(folder / "keys30" / "template.yaml", template(30, 600))
        folder_of(folder / "repository", 10_000, 300, 30)
        folder_of(folder / "no-keys", 10_000, 300, 0)
        write(folder / "choices" / "template.yaml", with_conditions(200, 100))
        deployments(folder / "deployments", 50)
        assembly(folder / "assembly" / "cdk.out", 100)
        made.write_text("")
    out = {name: folder / name / "template.yaml" for name in ["small", "large", "keys30", "choices"]}
    out |= {name: folder / name for name in ["repository", "no-keys", "deployments"]}
    out["assembly"] = folder / "assembly" / "cdk.out"
    if shared and (shared / "corpus").is_dir():
        out["real"] = shared / "corpus"
    return out


def curves():
    """What should cost in proportion to its size: name -> a function from a size to a template."""
    return {
        "keys": lambda n: template(8 * n, 0),
        "statements": lambda n: template(1, 0, statements=16 * n),
        "bytes": lambda n: template(1, 64 * n),
        "conditions that decide nothing": lambda n: with_conditions(40 * n, 20 * n),
    }
